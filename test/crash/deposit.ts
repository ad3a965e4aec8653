import { z } from 'zod';
import { VENUES } from '../../src/domain/venue.js';

/** Money that comes to a spot account without the engine's doing, as a message to the simulated venues. */
export const DepositSchema = z.strictObject({ venue: z.enum(VENUES), asset: z.string(), amount: z.string() });
export type Deposit = z.infer<typeof DepositSchema>;

/** Little enough for trading to go on while it is explained. */
export const DEPOSIT: Deposit = { venue: 'binance', asset: 'USDT', amount: '1' };
