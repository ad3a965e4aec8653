import { z } from 'zod';
import type { Credentials } from '../../domain/credentials.js';
import { idText, parseExactJson, plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { PrivateSession, PrivateStreamProtocol, RequestStamp, StreamItem } from '../trading.js';
import { ContractOrder, contractReport, sideOfCode } from './contract-orders.js';
import { contractBalance } from './contract-reads.js';
import { hmacHex } from './signing.js';

const LIFETIME_MS = 86_400_000;
const CLOSED = 3;

const Frame = z.object({ channel: z.string(), data: z.unknown().optional() });
const Deal = z.object({
  id: idText,
  symbol: z.string().min(1),
  side: z.number(),
  vol: plainDecimal,
  price: plainDecimal,
  fee: plainDecimal.nullish(),
  feeCurrency: z.string().nullish(),
  isTaker: z.boolean().nullish(),
  taker: z.boolean().nullish(),
  orderId: idText,
  externalOid: z.string().nullish(),
  timestamp: z.number(),
});
const Position = z.object({
  symbol: z.string().min(1),
  positionType: z.union([z.literal(1), z.literal(2)]),
  state: z.number(),
  holdVol: plainDecimal,
  holdAvgPrice: plainDecimal,
});
const Asset = z.object({
  currency: z.string().min(1),
  positionMargin: plainDecimal,
  frozenBalance: plainDecimal,
  availableBalance: plainDecimal,
});

/** Contract user data: a log-on on the public URL, after which everything private is pushed. */
export function contractStream(url: string): PrivateStreamProtocol {
  return {
    // biome-ignore lint/correctness/useYield: nothing has to be asked for beforehand
    *prepare() {
      return '';
    },
    renewal: null,
    release: null,
    session: (_ticket, credentials) => new ContractSession(url, credentials),
    heartbeat: { intervalMs: 15_000, text: () => '{"method":"ping"}' },
    idleMsMax: 40_000,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

class ContractSession implements PrivateSession {
  private ready = false;

  constructor(
    readonly url: string,
    private readonly credentials: Credentials,
  ) {}

  opened(stamp: RequestStamp): readonly string[] {
    const apiKey = this.credentials.apiKey();
    const reqTime = String(Math.floor(stamp.epochMs));
    const signature = hmacHex(this.credentials.secret(), apiKey + reqTime);
    return [JSON.stringify({ method: 'login', param: { apiKey, reqTime, signature } })];
  }

  read(frame: Uint8Array): readonly StreamItem[] {
    const parsed = Frame.safeParse(parseExactJson(Buffer.from(frame).toString()));
    if (!parsed.success) return [lost('a frame that is no message of the venue')];
    const { channel, data } = parsed.data;
    switch (channel) {
      case 'rs.login':
        if (data !== 'success') return [refused(data)];
        if (this.ready) return [{ kind: 'alive' }];
        this.ready = true;
        return [{ kind: 'ready' }];
      case 'rs.error':
        return [refused(data)];
      case 'push.personal.order':
        return readOrder(data);
      case 'push.personal.order.deal':
        return readDeal(data);
      case 'push.personal.position':
        return readPosition(data);
      case 'push.personal.asset':
        return readAsset(data);
      default:
        return [{ kind: 'alive' }];
    }
  }
}

function readOrder(data: unknown): readonly StreamItem[] {
  const parsed = ContractOrder.safeParse(data);
  return parsed.success ? [{ kind: 'order', order: contractReport(parsed.data) }] : [lost('an order that cannot be read')];
}

function readDeal(data: unknown): readonly StreamItem[] {
  const deal = Deal.safeParse(data).data;
  const side = sideOfCode(deal?.side);
  if (deal === undefined || side === null) return [lost('a deal that cannot be read')];
  const taker = deal.isTaker ?? deal.taker ?? null;
  return [
    {
      kind: 'fill',
      fill: {
        venue: 'mexc',
        market: 'futures',
        symbol: deal.symbol,
        tradeId: deal.id,
        venueOrderId: deal.orderId,
        clientOrderId: deal.externalOid === '' ? null : (deal.externalOid ?? null),
        side,
        price: deal.price,
        quantity: deal.vol,
        fee: deal.fee ?? null,
        feeAsset: deal.feeCurrency == null ? null : canonicalAsset('mexc', deal.feeCurrency),
        liquidity: taker === null ? null : taker ? 'taker' : 'maker',
        timeMs: deal.timestamp,
      },
    },
  ];
}

function readPosition(data: unknown): readonly StreamItem[] {
  const position = Position.safeParse(data).data;
  if (position === undefined) return [lost('a position that cannot be read')];
  const flat = position.state === CLOSED || position.holdVol === '0';
  const signedSize = flat ? '0' : position.positionType === 1 ? position.holdVol : `-${position.holdVol}`;
  const entryPrice = flat ? null : position.holdAvgPrice;
  return [{ kind: 'position', position: { venue: 'mexc', symbol: position.symbol, signedSize, entryPrice } }];
}

function readAsset(data: unknown): readonly StreamItem[] {
  const asset = Asset.safeParse(data).data;
  return asset === undefined ? [lost('a balance that cannot be read')] : [{ kind: 'balance', balance: contractBalance(asset) }];
}

function refused(data: unknown): StreamItem {
  return { kind: 'refused', refusal: { kind: 'authentication', code: 'rs.error', text: typeof data === 'string' ? data : '' } };
}

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
