import protobuf from 'protobufjs';

/** The part of MEXC's published messages that its feeds use. */
const DEFINITION = `
syntax = "proto3";
message Level { string price = 1; string quantity = 2; }
message Depths { repeated Level asks = 1; repeated Level bids = 2; }
message Deals { repeated Level deals = 1; }
message BookTicker { string bidPrice = 1; string bidQuantity = 2; string askPrice = 3; string askQuantity = 4; }
message Wrapper {
  string channel = 1;
  oneof body { Depths publicLimitDepths = 303; Depths publicAggreDepths = 313; Deals publicAggreDeals = 314; BookTicker publicAggreBookTicker = 315; }
  optional string symbol = 3;
  optional int64 sendTime = 6;
}
`;

const wrapper = protobuf.parse(DEFINITION, { keepCase: true }).root.lookupType('Wrapper');

/** A binary push of MEXC spot as a plain object; undefined when it is none. */
export function parseMexcPush(frame: Uint8Array): unknown {
  try {
    return wrapper.toObject(wrapper.decode(frame), { longs: Number });
  } catch {
    return undefined;
  }
}
