import { binancePartialStream, binanceStream } from './binance.js';
import { coinbaseAdvancedStream, coinbaseExchangeStream } from './coinbase.js';
import { coinbaseFullStream } from './coinbase-full.js';
import type { FrameStream, StreamOptions } from './frame-stream.js';
import { gateObuStream, gatePartialStream, gateStream } from './gateio.js';
import { krakenStream } from './kraken.js';
import { krakenL3Stream } from './kraken-l3.js';
import { mexcContractFullStream, mexcContractStream, mexcSpotLimitStream, mexcSpotStream } from './mexc.js';

/** Every kind of stream that the kernel reads, by name. */
export const STREAMS: Readonly<Record<string, (options: StreamOptions) => FrameStream>> = {
  'binance-spot': (options) => binanceStream('spot', options),
  'binance-spot-partial': (options) => binancePartialStream('spot', options),
  'binance-usdm': (options) => binanceStream('usdm', options),
  'binance-usdm-partial': (options) => binancePartialStream('usdm', options),
  'coinbase-exchange': coinbaseExchangeStream,
  'coinbase-advanced': coinbaseAdvancedStream,
  'coinbase-full': coinbaseFullStream,
  'kraken-v1': (options) => krakenStream('v1', options),
  'kraken-v1-depth-100': (options) => krakenStream('v1', options, 100),
  'kraken-v2': (options) => krakenStream('v2', options),
  'kraken-v2-depth-100': (options) => krakenStream('v2', options, 100),
  'kraken-l3': (options) => krakenL3Stream(options),
  'mexc-spot': mexcSpotStream,
  'mexc-spot-limit': mexcSpotLimitStream,
  'mexc-contract-merged': (options) => mexcContractStream({ ...options, merged: true }),
  'mexc-contract-single': (options) => mexcContractStream({ ...options, merged: false }),
  'mexc-contract-full': mexcContractFullStream,
  'gate-spot': (options) => gateStream('spot', options),
  'gate-spot-obu': (options) => gateObuStream('spot', options),
  'gate-spot-partial': (options) => gatePartialStream('spot', options),
  'gate-futures': (options) => gateStream('futures', options),
  'gate-futures-obu': (options) => gateObuStream('futures', options),
  'gate-futures-partial': (options) => gatePartialStream('futures', options),
};
