import { createBookPanel } from './book-panel.js';
import { createCharts } from './charts.js';
import { showDecisions } from './decisions-panel.js';
import { createDeltaPanel } from './delta-panel.js';
import { element, setText } from './dom.js';
import { showHeadline } from './headline.js';
import { showLatency } from './latency-panel.js';
import { createOpportunitiesPanel } from './opportunities-panel.js';
import { openStream } from './stream.js';
import { showTrading } from './trading-panel.js';
import { showVenues } from './venues-panel.js';

const banner = element('banner');
const bookPanel = createBookPanel();
const showOpportunities = createOpportunitiesPanel(bookPanel.open);
const charts = createCharts();
const deltaPanel = createDeltaPanel();

function onMessage(message) {
  if (message.type === 'history') charts.reset(message.points);
  else if (message.type === 'point') charts.add(message.point);
  else if (message.type === 'snapshot') {
    showHeadline(message.snapshot);
    showTrading(message.snapshot);
    deltaPanel.show(message.snapshot);
    showVenues(message.snapshot);
    showOpportunities(message.snapshot);
    showDecisions(message.snapshot);
    showLatency(message.snapshot);
  }
}

openStream(onMessage, (trouble) => {
  banner.hidden = trouble === null;
  if (trouble !== null) setText(banner, trouble);
  document.body.classList.toggle('old', trouble !== null);
  bookPanel.setConnected(trouble === null);
  deltaPanel.setConnected(trouble === null);
});
