/** Text in chunks, each packed or as it is, and what is known of the packer behind each: docs/formats/image-repack.md, section 10. */
import { refuseDecisions } from '../refuse.js';
import { noPredictor, type Predictor, type TokenSink, type TokenSource } from './exceptions.js';
import { type LzmaModel, type LzmaProperties, resetModel, setProperties, type Token } from './model.js';
import { openPlanner, type Planner, type PlannerSettings } from './planner.js';
import { type BitSink, learnOnly, writeToken } from './token-writer.js';

/** What starts anew with a chunk: nothing, the state, properties too, or the dictionary too. */
export type Reset = 0 | 1 | 2 | 3;

/** Goes through the chunks of a part: its model, and its predictor if it has one. */
export interface ChunkCoder {
  readonly model: LzmaModel;
  reset(reset: Reset, properties: LzmaProperties): void;
  /** The dictionary begins at the place; what is packed behind it resets at least the state. */
  beginDictionary(): void;
  /** Goes over text as it is. */
  pass(length: number): void;
  /** Writes the tokens up to `end`, as they come from the source. */
  write(source: TokenSource, out: BitSink, end: number): void;
  /** Learns from a token, and tells it to the sink if it is an exception. */
  learn(sink: TokenSink, token: Token): void;
}

/** What a decoder takes upon itself for one part. */
function mostWork(text: number): number {
  return 2 ** 24 + 4096 * text;
}

/** A coder at the beginning of a text; without settings nothing is predicted. */
export function openChunkCoder(model: LzmaModel, settings: PlannerSettings | undefined): ChunkCoder {
  const end = model.text.length;
  const limit = mostWork(end);
  let planner: Planner | undefined;
  let worked = 0;
  let tokens = 0;
  const predictor = (): Predictor => planner ?? noPredictor;
  const take = (token: Token, asExpected: boolean, out: BitSink): void => {
    planner?.before(token);
    writeToken(out, model, token);
    planner?.behind(token, asExpected);
    if ((++tokens & 255) === 0 && worked + (planner?.work() ?? 0) > limit)
      refuseDecisions('predicting its decisions takes too much work');
  };
  const beginDictionary = (): void => {
    model.begin = model.at;
    worked += planner?.work() ?? 0;
    planner = settings === undefined ? undefined : openPlanner(model, end, settings);
  };
  return {
    model,
    reset: (reset, properties) => {
      if (reset === 3) beginDictionary();
      if (reset >= 2) setProperties(model, properties);
      if (reset >= 1) resetModel(model);
      if (reset >= 1) planner?.reset();
    },
    beginDictionary,
    pass: (length) => {
      planner?.pass();
      model.at += length;
    },
    write: (source, out, to) => {
      while (model.at < to) {
        const { token, asExpected } = source.next(predictor(), to);
        take(token, asExpected, out);
      }
    },
    learn: (sink, token) => take(token, sink.add(predictor(), token), learnOnly),
  };
}
