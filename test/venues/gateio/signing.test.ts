import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { VenueRequestError } from '../../../src/domain/errors.js';
import { placement, privateRead, publicRead, setting, usage } from '../../../src/venues/gateio/calls.js';
import { ORDER_EXPIRY_MS, requestSignature, sign, subscriptionAuth } from '../../../src/venues/gateio/signing.js';

const credentials = new Credentials('example-key', 'example-secret');
const stamp = { epochMs: 1_767_225_600_123, nonce: 1 };

/** Vectors made from the venue's published rule with the secret "example-secret" at the second 1767225600. */
const BODY =
  '{"text":"t-abc","currency_pair":"BTC_USDT","type":"limit","side":"buy","amount":"0.01","price":"60000","time_in_force":"gtc","account":"spot"}';

describe('signatures of Gate.io', () => {
  it('sign a read with its query', () => {
    const call = privateRead('spot/orders', [
      ['currency_pair', 'BTC_USDT'],
      ['status', 'open'],
    ]);
    expect(sign(call, credentials, stamp)).toEqual({
      method: 'GET',
      target: '/api/v4/spot/orders?currency_pair=BTC_USDT&status=open',
      headers: {
        Accept: 'application/json',
        'X-Gate-Size-Decimal': '1',
        KEY: 'example-key',
        Timestamp: '1767225600',
        SIGN: '2e8600aa0d556f9a47dcd61cb809378304d9980983ca0324c9d9756a4a649f5ddf6d977d3b05a1501be049cf39cf74be8ece273fb9101420637e5a39dc69db0f',
      },
      body: null,
    });
  });

  it('sign an order with its body, and say when it expires', () => {
    const { headers, body } = sign(placement('spot/orders', BODY), credentials, stamp);
    expect(headers['SIGN']).toBe(
      '81462aedf793d8bddd144c2a69601cd6c342dd7a95bd75ad7ae2ede10b75c6b2c0df6adc548b2b35a75911b9fb734f53f133de57c16b1e3f7d44d1389f854246',
    );
    expect(headers['Content-Type']).toBe('application/json');
    expect(headers['x-gate-exptime']).toBe(String(stamp.epochMs + ORDER_EXPIRY_MS));
    expect(body).toBe(BODY);
  });

  it('sign what a query says, not how it is encoded', () => {
    const call = setting('futures/usdt/x', [['list', 'a,b']]);
    const { target, headers } = sign(call, credentials, stamp);
    expect(target).toBe('/api/v4/futures/usdt/x?list=a%2Cb');
    const plain = { ...call, query: [], path: '/api/v4/futures/usdt/x' };
    expect(sign(plain, credentials, stamp).headers['SIGN']).not.toBe(headers['SIGN']);
  });

  it('sign subscriptions and requests over WebSocket', () => {
    expect(subscriptionAuth(credentials, 'spot.orders', 'subscribe', 1_767_225_600)).toEqual({
      method: 'api_key',
      KEY: 'example-key',
      SIGN: 'fcd1574ca33f9e2017cbc524e0d1eeaab94e3b91fc97eeabe652161de5ca57fa3b452a4da10734cc47ca4b16998a0645e7253d6def0c35445bcf90d9827ed2b5',
    });
    expect(requestSignature(credentials, 'spot.login', '', '1767225600')).toBe(
      'c6851752db7496f04a3e8be9539c86dd74ca132cae03e4be9f6564e6ac55a4e713dd1fd3af34c8d6195e8f4f5d8aa1b0144b55666c65090584a016a1f352213f',
    );
    expect(requestSignature(credentials, 'spot.login', '{}', '1767225600')).toBe(
      'ad3d21048fdce4dd36adc12ae9f3b1c272d4e1a88e5d977d2426d59f70224eddf57ee121bebd53b86d1a00d0122a11b6525e06c5d2aa1756f4b2a57321e0c266',
    );
  });

  it('leave public reads alone, and refuse private ones without keys', () => {
    expect(sign(publicRead('spot/time', 'time'), null, stamp).headers).not.toHaveProperty('SIGN');
    expect(() => sign(privateRead('spot/accounts'), null, stamp)).toThrow(VenueRequestError);
  });

  it('read what is left of a budget from the headers', () => {
    const call = privateRead('spot/accounts');
    const headers = { 'x-gate-ratelimit-limit': '200', 'x-gate-ratelimit-requests-remain': '188' };
    expect(usage({ status: 200, headers, body: [] }, call)).toEqual([{ budget: 'private', used: 12, limit: 200 }]);
    expect(usage({ status: 200, headers: {}, body: [] }, call)).toEqual([]);
  });
});
