import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { flag, listOf, text } from '../fields/values.ts';
import { ignored } from '../fields/without-effect.ts';

/** The values of a bot detector that are read. */
export type BotDetectorValues = Given<{
  allow: readonly string[];
  deny: readonly string[];
  empty_user_agent_is_bot: boolean;
  patterns: readonly string[];
}>;

/** Which clients are refused by their `User-Agent`. */
export const BOT_DETECTOR: Field<BotDetectorValues> = object<BotDetectorValues>({
  allow: listOf(text),
  cache_size: ignored(),
  deny: listOf(text),
  empty_user_agent_is_bot: flag,
  patterns: listOf(text),
});
