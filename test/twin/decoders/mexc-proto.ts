import protobuf from 'protobufjs';

/** The part of MEXC's published messages that the feeds use; field numbers are the wire's. */
const DEFINITION = `
syntax = "proto3";
message Level { string price = 1; string quantity = 2; }
message AggreDepths { repeated Level asks = 1; repeated Level bids = 2; string eventType = 3; string fromVersion = 4; string toVersion = 5; int64 lastOrderCreateTime = 6; }
message LimitDepths { repeated Level asks = 1; repeated Level bids = 2; string eventType = 3; string version = 4; int64 lastOrderCreateTime = 5; }
message Deal { string price = 1; string quantity = 2; int32 tradeType = 3; int64 time = 4; string tradeId = 5; }
message AggreDeals { repeated Deal deals = 1; string eventType = 2; }
message BookTicker { string bidPrice = 1; string bidQuantity = 2; string askPrice = 3; string askQuantity = 4; string version = 5; int64 lastOrderCreateTime = 6; }
message Wrapper {
  string channel = 1;
  oneof body { LimitDepths publicLimitDepths = 303; AggreDepths publicAggreDepths = 313; AggreDeals publicAggreDeals = 314; BookTicker publicAggreBookTicker = 315; }
  optional string symbol = 3;
  optional string symbolId = 4;
  optional int64 createTime = 5;
  optional int64 sendTime = 6;
}
`;

/** Reflected type of a MEXC spot push frame; also the protobuf baseline of the benches. */
export const mexcWrapper: protobuf.Type = protobuf.parse(DEFINITION, { keepCase: true }).root.lookupType('Wrapper');

export interface MexcLevel {
  readonly price: string;
  readonly quantity: string;
}

/** A decoded push frame as plain objects, int64 as doubles, absent strings as "". */
export interface MexcPush {
  readonly channel: string;
  readonly symbol?: string;
  readonly createTime?: number;
  readonly sendTime?: number;
  readonly body?: string;
  readonly publicAggreDepths?: { asks: MexcLevel[]; bids: MexcLevel[]; fromVersion: string; toVersion: string };
  readonly publicLimitDepths?: { asks: MexcLevel[]; bids: MexcLevel[]; version: string };
  readonly publicAggreDeals?: {
    deals: { price: string; quantity: string; tradeType: number; time: number; tradeId: string }[];
  };
  readonly publicAggreBookTicker?: {
    bidPrice: string;
    bidQuantity: string;
    askPrice: string;
    askQuantity: string;
    version: string;
  };
}

/** Wire type of texts and messages. */
const LENGTH_DELIMITED = 2;
const BASIC_WIRE_TYPES: Readonly<Record<string, number | undefined>> = protobuf.types.basic;

/**
 * The bytes without fields whose wire type is not the one of their definition: they are unknown fields and to be passed over, which
 * protobufjs does not do (it reads them as defined, whatever they are).
 */
function withoutMistyped(type: protobuf.Type, bytes: Uint8Array): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const wireType = tag & 7;
    const field = type.fieldsById[tag >>> 3];
    const bodyStart = reader.pos;
    reader.skipType(wireType);
    if (field === undefined) continue;
    const message = field.resolve().resolvedType;
    const wanted = message === null ? BASIC_WIRE_TYPES[field.type] : LENGTH_DELIMITED;
    if (wireType !== wanted) continue;
    if (!(message instanceof protobuf.Type)) {
      parts.push(bytes.subarray(start, reader.pos));
      continue;
    }
    const inner = withoutMistyped(message, protobuf.Reader.create(bytes.subarray(bodyStart, reader.pos)).bytes());
    parts.push(protobuf.Writer.create().uint32(tag).bytes(inner).finish());
  }
  return Buffer.concat(parts);
}

/** Decodes by reflection. @throws whatever protobufjs throws on bytes that are no message */
export function decodePush(frame: Uint8Array): MexcPush {
  const object: unknown = mexcWrapper.toObject(mexcWrapper.decode(withoutMistyped(mexcWrapper, frame)), {
    defaults: true,
    arrays: true,
    longs: Number,
    oneofs: true,
  });
  return object as MexcPush;
}

/** Encodes a push frame; what is undefined is left out. */
export function encodePush(push: Record<string, unknown>): Buffer {
  return Buffer.from(mexcWrapper.encode(mexcWrapper.fromObject(push)).finish());
}
