import { Credentials } from '../../../src/domain/credentials.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import { instruments } from '../../../src/venues/coinbase/instruments.js';
import { coinbaseSpotTrading } from '../../../src/venues/coinbase/trading.js';
import { Directory } from '../../../src/venues/directory.js';

export const CREDENTIALS = new Credentials('a-key', 'Y29pbmJhc2UtYXRsYXMtZGVtby1zZWNyZXQ=', 'words');
export const STAMP = { epochMs: 1_767_225_600_000, nonce: 1 };
export const OID = '3f1c2f36-5b0a-4c3e-9a53-0d3c6f1f7a11';

export const PRODUCT = {
  id: 'ETH-USD',
  base_currency: 'ETH',
  quote_currency: 'USD',
  quote_increment: '0.05',
  base_increment: '0.00010000',
  display_name: 'ETH-USD',
  min_market_funds: '1',
  post_only: false,
  cancel_only: false,
  trading_disabled: false,
  status: 'online',
  auction_mode: false,
};

export const ETH = instruments([[PRODUCT]])[0] as TradableInstrument;

export const directory = new Directory();
directory.fill([ETH]);

export const trading = coinbaseSpotTrading({ directory });
