import { element, setClass, setFacts, setText, sizeRows } from './dom.js';
import { count, venueName } from './format.js';
import { stateClass } from './venues-panel.js';

const POLL_MS = 500;
const DEPTH = 25;
const COLUMNS = 6;
const feedSelect = element('book-feed');
const symbolInput = element('book-symbol');
const symbolList = element('book-symbols');
const facts = element('book-facts');
const body = element('book-rows');
const message = element('book-message');

/** The panel of one book: what is chosen in its two fields, asked for twice a second. */
export function createBookPanel() {
  /** Symbols by feed ("kraken spot"), as the server lists them. */
  let feeds = new Map();
  let listed = false;
  let connected = false;
  let asking = false;
  /** The names of the chosen book; stays the same pair when another venue is chosen. */
  let chosen;

  /** Finds a symbol of the chosen feed by the venue's name or by BASE/QUOTE, in any usual spelling. */
  function findSymbol(name) {
    const wanted = name.trim().toUpperCase();
    const pair = wanted.replace('-', '/');
    return feeds
      .get(feedSelect.value)
      ?.find(({ symbol, base, quote }) => symbol.toUpperCase() === wanted || `${base}/${quote}` === pair);
  }

  function choose(symbol) {
    chosen = symbol;
    if (symbol !== undefined) symbolInput.value = symbol.symbol;
    void refresh();
  }

  function offerSymbols() {
    const symbols = feeds.get(feedSelect.value) ?? [];
    symbolList.replaceChildren(...symbols.map(({ symbol }) => new Option(symbol)));
    choose(
      symbols.find(({ base, quote }) => base === chosen?.base && quote === chosen?.quote) ??
        symbols.find(({ base }) => base === chosen?.base) ??
        symbols[0],
    );
  }

  async function loadFeeds() {
    const answer = await fetch('/api/v1/books');
    const index = await answer.json();
    const feed = feedSelect.value;
    feeds = new Map(index.feeds.map(({ venue, market, symbols }) => [`${venue} ${market}`, symbols]));
    feedSelect.replaceChildren(
      ...index.feeds.map(({ venue, market }) => new Option(`${venueName(venue)} ${market}`, `${venue} ${market}`)),
    );
    if (feeds.has(feed)) feedSelect.value = feed;
    offerSymbols();
    listed = index.feeds.length > 0;
  }

  async function refresh() {
    if (!connected || asking || document.hidden) return;
    asking = true;
    try {
      if (!listed) await loadFeeds();
      if (chosen !== undefined) await showBook(feedSelect.value, chosen);
    } catch {
      // The engine went away between two polls; the banner says so, and the next poll tries again.
    } finally {
      asking = false;
    }
  }

  async function showBook(feed, book) {
    const [venue, market] = feed.split(' ');
    const answer = await fetch(`/api/v1/books/${venue}/${encodeURIComponent(book.symbol)}?market=${market}&depth=${DEPTH}`);
    const view = await answer.json();
    if (feed !== feedSelect.value || book !== chosen) return;
    if (answer.ok) fill(view);
    else clear(view.error.message);
  }

  feedSelect.addEventListener('change', offerSymbols);
  symbolInput.addEventListener('change', () => {
    choose(findSymbol(symbolInput.value));
    if (chosen === undefined) clear(`There is no book of ${symbolInput.value} here.`);
  });
  symbolInput.addEventListener('focus', () => symbolInput.select());
  setInterval(() => void refresh(), POLL_MS);

  return {
    /** Shows the book of BASE/QUOTE. */
    open(venue, market, pair) {
      feedSelect.value = `${venue} ${market}`;
      offerSymbols();
      choose(findSymbol(pair));
    },
    /** Polls only while the engine can be heard; after an outage the lists are asked for again. */
    setConnected(next) {
      if (next === connected) return;
      connected = next;
      listed = false;
      void refresh();
    },
  };
}

function clear(text) {
  setFacts(facts, []);
  sizeRows(body, 0, COLUMNS, false);
  setText(message, text);
}

function fill(view) {
  setText(message, view.bids.length + view.asks.length === 0 ? 'This book is empty.' : '');
  setFacts(facts, bookFacts(view));
  const depth = Math.max(view.bids.length, view.asks.length);
  const rows = sizeRows(body, depth, COLUMNS, false);
  const bidTotals = runningTotals(view.bids);
  const askTotals = runningTotals(view.asks);
  const full = Math.max(bidTotals.at(-1) ?? 0, askTotals.at(-1) ?? 0, Number.MIN_VALUE);
  const decimals = Math.max(0, ...[...view.bids, ...view.asks].map(([, qty]) => qty.split('.')[1]?.length ?? 0));
  for (let level = 0; level < depth; level++) {
    const { cells, style } = rows[level];
    fillSide([cells[0], cells[1], cells[2]], 'bid', view.bids[level], bidTotals[level], decimals);
    fillSide([cells[5], cells[4], cells[3]], 'ask', view.asks[level], askTotals[level], decimals);
    style.setProperty('--bid-depth', percent(bidTotals[level], full));
    style.setProperty('--ask-depth', percent(askTotals[level], full));
  }
}

function percent(sum, full) {
  return sum === undefined ? '0%' : `${((100 * sum) / full).toFixed(1)}%`;
}

function fillSide([total, size, price], side, level, sum, decimals) {
  setText(price, level?.[0] ?? '');
  setText(size, level?.[1] ?? '');
  setText(total, sum === undefined ? '' : sum.toFixed(decimals));
  setClass(price, `${side} price`);
  setClass(size, side);
  setClass(total, `${side} total`);
}

function runningTotals(levels) {
  let sum = 0;
  return levels.map(([, qty]) => {
    sum += Number(qty);
    return sum;
  });
}

function bookFacts(view) {
  const bid = Number(view.bids[0]?.[0]);
  const ask = Number(view.asks[0]?.[0]);
  const spreadBps = (2e4 * (ask - bid)) / (ask + bid);
  const delayMs = (view.receiveUs - view.exchangeUs) / 1000;
  return [
    ['State', view.state, stateClass(view.state)],
    ['Sequence', String(view.sequence)],
    ['Spread', Number.isFinite(spreadBps) ? `${spreadBps.toFixed(2)} bps` : 'one-sided'],
    ['Venue to us', view.exchangeUs === 0 ? 'not told' : `${count(delayMs)} ms`],
    ['Levels', view.truncated ? 'cut to capacity' : 'complete'],
  ];
}
