import {
  DECODER_BINANCE_SPOT,
  DECODER_BINANCE_USDM,
  DECODER_COINBASE_ADVANCED,
  DECODER_COINBASE_EXCHANGE,
  DECODER_COINBASE_FULL,
  DECODER_GATEIO_FUTURES,
  DECODER_GATEIO_SPOT,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
  DECODER_MEXC_CONTRACT,
  DECODER_MEXC_SPOT,
} from '../../../assembly/memory/layout.js';
import { type BookMessage, type Decoded, MalformedFrame, type OrdersMessage } from '../message.js';
import { decodeBinance, decodeBinanceSnapshot } from './binance.js';
import { decodeCoinbaseAdvanced } from './coinbase-advanced.js';
import { decodeCoinbaseExchange } from './coinbase-exchange.js';
import { decodeCoinbaseFull, decodeCoinbaseLevel3 } from './coinbase-full.js';
import { decodeGate, decodeGateSnapshot } from './gateio.js';
import { decodeKraken } from './kraken.js';
import { decodeKrakenL3 } from './kraken-l3.js';
import { decodeMexcContract, decodeMexcContractSnapshot } from './mexc-contract.js';
import { decodeMexcSpot, decodeMexcSpotSnapshot } from './mexc-spot.js';

/** Reads a frame as the feed with this DECODER_... does. @throws MalformedFrame */
export function decodeFrame(decoder: number, frame: Uint8Array): Decoded {
  const read = FRAMES.get(decoder);
  if (read === undefined) throw new RangeError(`no decoder ${decoder}`);
  return read(frame);
}

/** Reads the body of the feed's REST snapshot. @throws MalformedFrame, also when the venue's stream sends its own snapshot */
export function decodeSnapshot(decoder: number, symbol: string, body: Uint8Array): BookMessage | OrdersMessage {
  const read = SNAPSHOTS.get(decoder);
  if (read === undefined) throw new MalformedFrame('this feed has no REST snapshot');
  return read(symbol, body);
}

const FRAMES: ReadonlyMap<number, (frame: Uint8Array) => Decoded> = new Map([
  [DECODER_BINANCE_SPOT, (frame) => decodeBinance('spot', frame)],
  [DECODER_BINANCE_USDM, (frame) => decodeBinance('usdm', frame)],
  [DECODER_COINBASE_EXCHANGE, decodeCoinbaseExchange],
  [DECODER_COINBASE_ADVANCED, decodeCoinbaseAdvanced],
  [DECODER_COINBASE_FULL, decodeCoinbaseFull],
  [DECODER_KRAKEN, decodeKraken],
  [DECODER_KRAKEN_L3, decodeKrakenL3],
  [DECODER_MEXC_SPOT, decodeMexcSpot],
  [DECODER_MEXC_CONTRACT, decodeMexcContract],
  [DECODER_GATEIO_SPOT, (frame) => decodeGate('spot', frame)],
  [DECODER_GATEIO_FUTURES, (frame) => decodeGate('futures', frame)],
]);

const SNAPSHOTS: ReadonlyMap<number, (symbol: string, body: Uint8Array) => BookMessage | OrdersMessage> = new Map<
  number,
  (symbol: string, body: Uint8Array) => BookMessage | OrdersMessage
>([
  [DECODER_BINANCE_SPOT, (symbol, body) => decodeBinanceSnapshot('spot', symbol, body)],
  [DECODER_BINANCE_USDM, (symbol, body) => decodeBinanceSnapshot('usdm', symbol, body)],
  [DECODER_COINBASE_FULL, decodeCoinbaseLevel3],
  [DECODER_MEXC_SPOT, decodeMexcSpotSnapshot],
  [DECODER_MEXC_CONTRACT, decodeMexcContractSnapshot],
  [DECODER_GATEIO_SPOT, decodeGateSnapshot],
  [DECODER_GATEIO_FUTURES, decodeGateSnapshot],
]);
