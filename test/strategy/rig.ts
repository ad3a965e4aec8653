export * from '../../src/sim/lab/rig.js';
