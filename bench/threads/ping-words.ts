/** Words that a pinging thread shares with the one that answers. The ping asked for: 1 through the kernel's wake, 2 bare, 3 to end. */
export const PING_ASKED = 0;
/** Bumped and notified by a bare ping. */
export const PING_BARE = 1;
/** A word that nobody notifies: waiting on it is a pause. */
export const PING_PAUSE = 2;
export const PING_WORDS = 3;
