// Plots that are not over time, as SVG: the heat map of a sweep and the points of a Pareto front.

const { element } = globalThis.page;
const { PALETTE, COLOURS, figure, keys } = globalThis.plots;
const SVG = 'http://www.w3.org/2000/svg';
const svg = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
};
const tooltip = document.getElementById('tooltip');

/** Shows a text beside the pointer while it is over something. */
const explained = (shape, text) => {
  shape.addEventListener('pointermove', ({ clientX, clientY }) => {
    tooltip.hidden = false;
    tooltip.textContent = text;
    tooltip.style.left = `${Math.min(clientX + 14, innerWidth - tooltip.offsetWidth - 8)}px`;
    tooltip.style.top = `${Math.min(clientY + 14, innerHeight - tooltip.offsetHeight - 8)}px`;
  });
  shape.addEventListener('pointerleave', () => {
    tooltip.hidden = true;
  });
  return shape;
};

/** Mixes white with a colour of six hexadecimal digits. @param share 0 for white, 1 for the colour */
const tint = (colour, share) => {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgb(${parts.map((part) => Math.round(255 + (part - 255) * share)).join(',')})`;
};
/** Losses are red and profits blue, as strong as they are large: told apart by those who see no red or green as well. */
const heat = (value, greatest) => {
  if (value === null) return '#eef1f5';
  return tint(value < 0 ? COLOURS.bad : PALETTE[0], greatest === 0 ? 0 : Math.min(1, Math.abs(value) / greatest) ** 0.8);
};

/** Every so many labels fit. */
const everyFor = (count, room, size) => Math.max(1, Math.ceil((count * size) / room));
const short = (value) => String(Number(value.toPrecision(4)));
/** As many decimals as tell neighbours apart. */
const decimalsFor = (values) => {
  const step = Math.min(...values.slice(1).map((value, at) => Math.abs(value - values[at])), 1);
  return Math.max(0, Math.min(6, Math.ceil(-Math.log10(step)) + 1));
};

const heatMap = (parent, { entries, exits, profit, trades, best, unit }) => {
  const [left, top, right, bottom] = [74, 10, 120, 56];
  const [width, height] = [820, Math.min(560, Math.max(260, exits.length * 22))];
  const [cellWidth, cellHeight] = [width / entries.length, height / exits.length];
  const known = profit.filter((value) => value !== null);
  // Pairs that trade all the time lose without bound: the scale is that of the profits, so that these can be told apart.
  const least = known.reduce((lowest, value) => Math.min(lowest, value), 0);
  const greatest = known.reduce((most, value) => Math.max(most, value), 0) || -least;
  const picture = svg('svg', {
    viewBox: `0 0 ${left + width + right} ${top + height + bottom}`,
    width: left + width + right,
    role: 'img',
  });
  const xOf = (entry) => left + entry * cellWidth;
  // The smallest exit threshold is at the bottom.
  const yOf = (exit) => top + (exits.length - 1 - exit) * cellHeight;
  entries.forEach((entry, column) => {
    exits.forEach((exit, row) => {
      const pair = column * exits.length + row;
      const value = profit[pair];
      const shape = svg('rect', {
        x: xOf(column),
        y: yOf(row),
        width: cellWidth + 0.4,
        height: cellHeight + 0.4,
        fill: heat(value, greatest),
      });
      const said = value === null ? 'exit is not below entry' : `profit ${figure(value, 4)} ${unit}, ${trades[pair]} trades`;
      picture.append(explained(shape, `enter at ${short(entry)} %, leave at ${short(exit)} %\n${said}`));
    });
  });
  if (best !== null) {
    const [column, row] = [Math.floor(best / exits.length), best % exits.length];
    picture.append(
      svg('rect', {
        ...{ x: xOf(column), y: yOf(row), width: cellWidth, height: cellHeight },
        ...{ fill: 'none', stroke: '#17212b', 'stroke-width': 2, 'pointer-events': 'none' },
      }),
    );
  }
  const text = (x, y, said, more = {}) => {
    const made = svg('text', { x, y, 'text-anchor': 'middle', ...more });
    made.textContent = said;
    picture.append(made);
  };
  const [entryDigits, exitDigits] = [decimalsFor(entries), decimalsFor(exits)];
  const everyColumn = everyFor(entries.length, width, 58);
  entries.forEach((entry, column) => {
    if (column % everyColumn === 0) text(xOf(column) + cellWidth / 2, top + height + 18, entry.toFixed(entryDigits));
  });
  const everyRow = everyFor(exits.length, height, 20);
  exits.forEach((exit, row) => {
    if (row % everyRow === 0) text(left - 8, yOf(row) + cellHeight / 2 + 4, exit.toFixed(exitDigits), { 'text-anchor': 'end' });
  });
  text(left + width / 2, top + height + 44, 'enter at a spread of at least, %', { class: 'label' });
  text(16, top + height / 2, 'leave at, %', { class: 'label', transform: `rotate(-90 16 ${top + height / 2})` });
  const bars = 40;
  for (let bar = 0; bar < bars; bar++) {
    const value = greatest * (1 - (2 * bar) / (bars - 1));
    picture.append(
      svg('rect', {
        x: left + width + 24,
        y: top + (bar * height) / bars,
        width: 16,
        height: height / bars + 0.4,
        fill: heat(value, greatest),
      }),
    );
  }
  for (const share of [1, 0, -1]) {
    const y = top + ((1 - share) / 2) * height;
    text(
      left + width + 46,
      Math.min(top + height - 2, Math.max(top + 10, y + 4)),
      `${share < 0 && least < -greatest ? '≤ ' : ''}${figure(greatest * share, 2)}`,
      {
        'text-anchor': 'start',
      },
    );
  }
  text(left + width + 24, top + height + 18, unit, { 'text-anchor': 'start' });
  parent.append(element('div', { className: 'scroll' }, picture));
  parent.append(
    keys([
      ['profit', PALETTE[0]],
      ['loss', COLOURS.bad],
      ['exit not below entry', '#d5dbe3'],
      ...(best === null ? [] : [['best pair, framed', '#17212b']]),
    ]),
  );
};

/** Round numbers that span a range, about `count` of them. */
const roundTicks = (low, high, count) => {
  const raw = (high - low) / count || 1;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * ([1, 2, 5, 10].find((factor) => factor * size >= raw) ?? 10);
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step)
    ticks.push(Number(tick.toPrecision(12)));
  return ticks;
};

const scatter = (parent, { xLabel, yLabel, points }) => {
  const [left, top, right, bottom] = [74, 12, 24, 56];
  const [width, height] = [900, 380];
  const range = (values) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = (high - low || 1) * 0.06;
    return [low - margin, high + margin];
  };
  const [lowX, highX] = range(points.map(({ x }) => x));
  const [lowY, highY] = range(points.map(({ y }) => y));
  const xOf = (x) => left + ((x - lowX) / (highX - lowX)) * width;
  const yOf = (y) => top + (1 - (y - lowY) / (highY - lowY)) * height;
  const picture = svg('svg', {
    viewBox: `0 0 ${left + width + right} ${top + height + bottom}`,
    width: left + width + right,
    role: 'img',
  });
  const text = (x, y, said, more = {}) => {
    const made = svg('text', { x, y, 'text-anchor': 'middle', ...more });
    made.textContent = said;
    picture.append(made);
  };
  for (const tick of roundTicks(lowX, highX, 8)) {
    picture.append(svg('line', { x1: xOf(tick), x2: xOf(tick), y1: top, y2: top + height, class: 'grid' }));
    text(xOf(tick), top + height + 20, short(tick));
  }
  for (const tick of roundTicks(lowY, highY, 6)) {
    picture.append(svg('line', { x1: left, x2: left + width, y1: yOf(tick), y2: yOf(tick), class: 'grid' }));
    text(left - 10, yOf(tick) + 4, short(tick), { 'text-anchor': 'end' });
  }
  text(left + width / 2, top + height + 46, xLabel, { class: 'label' });
  text(16, top + height / 2, yLabel, { class: 'label', transform: `rotate(-90 16 ${top + height / 2})` });
  const front = points.filter(({ isFront }) => isFront).toSorted((a, b) => a.x - b.x);
  picture.append(
    svg('polyline', {
      points: front.map(({ x, y }) => `${xOf(x)},${yOf(y)}`).join(' '),
      ...{ fill: 'none', stroke: PALETTE[1], 'stroke-width': 1.5 },
    }),
  );
  for (const { x, y, isFront, label } of points.toSorted((a, b) => Number(a.isFront) - Number(b.isFront))) {
    const dot = svg('circle', {
      ...{ cx: xOf(x), cy: yOf(y), r: isFront ? 5.5 : 4 },
      ...{ fill: isFront ? PALETTE[1] : '#9fb0c3', 'fill-opacity': isFront ? 1 : 0.7, stroke: COLOURS.panel },
    });
    picture.append(explained(dot, `${label}\n${xLabel}: ${short(x)}\n${yLabel}: ${short(y)}`));
  }
  parent.append(element('div', { className: 'scroll' }, picture));
  parent.append(
    keys(
      [
        ['on the front: no other is better in both', PALETTE[1]],
        ['others', '#9fb0c3'],
      ],
      'round',
    ),
  );
};

Object.assign(globalThis.plots, { heatMap, scatter });
