// The pictures behind a cell of the confusion matrix.
import type { Confusion, Mistakes, Picture } from './api';

type Asked = Pick<Mistakes, 'truth' | 'answer'> & { most: number };

/** Of pictures with such an answer (with truth −1, of all): see EngineApi.mistakes. */
export function mistakesAmong(
  pictures: (Picture & { index: number })[],
  evaluated: Confusion | null,
  { truth, answer, most }: Asked,
): Mistakes {
  const { predictions = [], confidences = [] } = evaluated ?? {};
  const order = truth === answer && truth >= 0 ? -1 : 1;
  const found = pictures
    .map((picture) => ({
      ...picture,
      answer: predictions[picture.index] ?? -1,
      confidence: confidences[picture.index] ?? 0,
    }))
    .filter((each) => (truth < 0 ? each.answer !== each.label : each.label === truth))
    .sort((a, b) => order * (b.confidence - a.confidence));
  return { truth, answer, total: found.length, pictures: found.slice(0, most) };
}
