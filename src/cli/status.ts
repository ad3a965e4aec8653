import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { count, duration, latency } from '../ops/human-text.js';
import { percent, signed } from '../ops/trading-text.js';
import { HALT_TRIGGERS } from '../risk/halt.js';
import type { CommandOutput } from './capture-verify.js';
import { engineError } from './control.js';
import { askEngine } from './engine-client.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';

const ReadyBody = z.object({ ready: z.boolean(), message: z.string().default('') });
const percentiles = z.object({ p50: z.number(), p99: z.number() });

/** The parts of a TradingReport that are printed. */
const TradingBody = z.object({
  mode: z.string(),
  state: z.string(),
  reason: z.string(),
  halt: z
    .object({ reasons: z.array(z.object({ trigger: z.enum(HALT_TRIGGERS), text: z.string(), epochUs: z.number() })) })
    .nullable(),
  haltPersisted: z.boolean(),
  intents: z.object({
    emitted: z.number(),
    refused: z.number(),
    executed: z.number(),
    succeeded: z.number(),
    failed: z.number(),
  }),
  profit: z.array(z.object({ strategy: z.string(), asset: z.string(), net: z.string(), fills: z.number() })),
  risk: z.object({
    dailyProfit: z.number(),
    dailyLossMax: z.number(),
    drawdownFraction: z.number(),
    drawdownFractionMax: z.number(),
    exposure: z.number(),
    exposureMax: z.number(),
    openOrders: z.number(),
    openOrdersMax: z.number(),
  }),
  unhedged: z.array(z.object({ asset: z.string(), base: z.string(), isDust: z.boolean(), ageMs: z.number() })),
  reconciliation: z.object({ holdings: z.number(), drifts: z.array(z.unknown()) }),
  ledger: z.object({ entries: z.number(), isHealthy: z.boolean() }),
  cycleUs: z.object({ intentToSent: percentiles }),
});
type Trading = z.infer<typeof TradingBody>;

/**
 * Prints what a running engine is doing. @returns the exit code; 1 unless it is ready and trades, where there is anything to trade
 * @throws InvalidInputError when there is no such engine
 */
export async function engineStatus(url: string, json: boolean, { write }: CommandOutput): Promise<number> {
  const ready = understood(url, ReadyBody, (await askEngine(url, '/readyz')).body);
  const answer = await askEngine(url, '/api/v1/trading');
  const trading = answer.status === 200 ? understood(url, TradingBody, answer.body) : null;
  const why = answer.status === 200 ? '' : engineError(url, answer).message;
  if (json) {
    write(`${JSON.stringify({ ...ready, trading: answer.status === 200 ? answer.body : null })}\n`);
  } else {
    write(`${ready.ready ? 'ready' : 'not ready'}${ready.message === '' ? '' : `: ${ready.message}`}\n`);
    write(trading === null ? `${why}\n` : tradingText(trading));
  }
  return ready.ready && (trading === null || trading.state === 'trading') ? EXIT_GOOD : EXIT_FOUND_FAULT;
}

function understood<T>(url: string, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new InvalidInputError(`the engine at ${url} answers what this version does not know (${path})`, { url });
}

function tradingText({ intents, risk, unhedged, reconciliation, ledger, cycleUs, ...trading }: Trading): string {
  const open = unhedged.filter(({ isDust }) => !isDust);
  const drifts = reconciliation.drifts.length;
  const lines: readonly (readonly [string, string])[] = [
    ['trading', `${trading.mode}, ${trading.state}${trading.reason === '' ? '' : `: ${trading.reason}`}`],
    ...(trading.halt?.reasons ?? []).map(
      ({ trigger, text, epochUs }) => ['stopped', `${new Date(epochUs / 1000).toISOString()} ${trigger}: ${text}`] as const,
    ),
    ...(trading.haltPersisted ? [] : [['stop', 'could not be written down and will not outlive the process'] as const]),
    [
      'intents',
      `${count(intents.emitted)} emitted, ${count(intents.refused)} refused, ${count(intents.executed)} executed, ` +
        `${count(intents.succeeded)} succeeded, ${count(intents.failed)} failed`,
    ],
    ...trading.profit.map(
      ({ strategy, asset, net, fills }) => ['profit', `${strategy} ${net} ${asset} net, ${count(fills)} fills`] as const,
    ),
    ['day', `${signed(risk.dailyProfit)}, stops at -${count(risk.dailyLossMax)}`],
    ['drawdown', `${percent(risk.drawdownFraction)} of at most ${percent(risk.drawdownFractionMax)}`],
    ['exposure', `${count(risk.exposure)} of at most ${count(risk.exposureMax)}`],
    ['orders', `${risk.openOrders} open of at most ${risk.openOrdersMax}`],
    ['unhedged', open.map(({ asset, base, ageMs }) => `${base} ${asset} for ${duration(ageMs)}`).join(', ') || 'nothing'],
    ['holdings', `${count(reconciliation.holdings)} compared, ${drifts === 0 ? 'none' : drifts} differ`],
    ['ledger', `${count(ledger.entries)} entries${ledger.isHealthy ? '' : '; cannot be written'}`],
    ['to wire', `p50 ${latency(cycleUs.intentToSent.p50)}, p99 ${latency(cycleUs.intentToSent.p99)}`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(10)}${text}\n`).join('');
}
