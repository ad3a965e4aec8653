import Database from 'libsql';

/** The right to write something, until it is given back or the process ends. */
export interface WriterLock {
  release(): void;
}

/**
 * Takes the right to write: a lock of the operating system on a file, which ends with the process however that ends, so that no dead one
 * keeps anybody out. The file stays.
 * @returns null when another process, or another part of this one, has it
 * @throws the database's error when the file cannot be made or is something else
 */
export function writerLock(file: string): WriterLock | null {
  const lock = new Database(file, {});
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return {
    release: () => {
      lock.exec('rollback');
      lock.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
}
