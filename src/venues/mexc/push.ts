import protobuf from 'protobufjs';

/** The part of MEXC's published messages that its private streams use. */
const DEFINITION = `
syntax = "proto3";
message Account { string vcoinName = 1; string balanceAmount = 3; string frozenAmount = 5; string type = 7; int64 time = 8; }
message Deal {
  string price = 1; string quantity = 2; int32 tradeType = 4; bool isMaker = 5; string tradeId = 7; string clientOrderId = 8;
  string orderId = 9; string feeAmount = 10; string feeCurrency = 11; int64 time = 12;
}
message Order {
  string id = 1; string clientId = 2; string price = 3; string quantity = 4; int32 orderType = 7; int32 tradeType = 8;
  string cumulativeQuantity = 13; string cumulativeAmount = 14; int32 status = 15; int64 createTime = 16;
}
message Wrapper {
  string channel = 1;
  oneof body { Order privateOrders = 304; Deal privateDeals = 306; Account privateAccount = 307; }
  optional string symbol = 3;
  optional int64 sendTime = 6;
}
`;

const wrapper = protobuf.parse(DEFINITION, { keepCase: true }).root.lookupType('Wrapper');

/** A binary push as a plain object, with unset fields at their defaults and long integers as numbers; undefined when it is none. */
export function parsePrivatePush(frame: Uint8Array): unknown {
  try {
    return wrapper.toObject(wrapper.decode(frame), { defaults: true, longs: Number });
  } catch {
    return undefined;
  }
}
