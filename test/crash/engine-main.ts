// The engine as `tiercel run --live` starts it, with one fault: node build/test/crash/engine-main.js --config F --keys F --fault JSON
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/cli/config.js';
import { exitWith } from '../../src/cli/exit.js';
import { runEngine } from '../../src/cli/run.js';
import { armFault } from './engine-faults.js';
import { EngineFaultSchema } from './faults.js';

const { values } = parseArgs({
  options: { config: { type: 'string' }, keys: { type: 'string' }, fault: { type: 'string' } },
});
// Whoever started this is gone: nobody would end it.
const die = (): boolean => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', die);
if (values.fault !== undefined) armFault(EngineFaultSchema.parse(JSON.parse(values.fault)));
await exitWith(() =>
  runEngine(loadConfig(values.config), {
    liveData: true,
    live: { acceptRealOrders: true, keysFile: values.keys },
    quiet: true,
    durationMs: undefined,
    recordFolder: undefined,
  }),
);
process.off('disconnect', die);
if (process.connected) process.disconnect();
