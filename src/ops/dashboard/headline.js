import { element, setClass, setFacts, setText } from './dom.js';
import { count, duration, latency, mebibytes, short } from './format.js';

const mode = element('mode');
const readiness = element('readiness');
const identity = element('identity');
const list = element('headline');

/** Shows the figures that tell at a glance whether all is well. */
export function showHeadline(snapshot) {
  const { venues, opportunities, latencyUs } = snapshot;
  const total = (field) => venues.reduce((sum, status) => sum + status[field], 0);
  const synced = total('synced');
  const books = total('symbols');
  setText(mode, snapshot.mode);
  setText(readiness, snapshot.ready ? 'ready' : 'starting');
  setClass(readiness, `badge ${snapshot.ready ? 'good' : 'warn'}`);
  setText(identity, `v${snapshot.version} · up ${duration(snapshot.uptimeS * 1000)}`);
  setFacts(list, [
    ['Books synced', `${count(synced)} / ${count(books)}`, synced === books ? 'good' : 'warn'],
    ['Frames/s', short(total('framesPerS'))],
    ['Open', count(opportunities.open), opportunities.open > 0 ? 'accent' : ''],
    ['Found', short(opportunities.found)],
    ['Decision p50', latency(latencyUs.receiveToDecision.p50)],
    ['Decision p99', latency(latencyUs.receiveToDecision.p99)],
    ['Turns/s', count(snapshot.turnsPerS)],
    ['Loop delay', latency(snapshot.eventLoopDelayUs)],
    ['Memory', mebibytes(snapshot.rssBytes)],
  ]);
}
