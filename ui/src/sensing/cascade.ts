/** The Haar cascade as flat numbers. Read from OpenCV's XML, which the server hands out as it is. */

export interface Cascade {
  /** Side of the square window that it was trained on, in pixels. */
  window: number;
  /** For each stage: its first stump, one past its last, and the sum that a window must reach. */
  stages: { first: number; end: number; threshold: number }[];
  /** For each stump: the feature it measures, the threshold, and its two votes. */
  feature: Int32Array;
  threshold: Float32Array;
  left: Float32Array;
  right: Float32Array;
  /** For each feature three rectangles `x, y, width, height` within the window; unused ones weigh 0. */
  rectangles: Int32Array;
  weights: Float32Array;
}

export const RECTANGLES = 3;

const numbers = (text: string): number[] => text.trim().split(/\s+/).map(Number);

/** Read a cascade of stumps on upright features; anything else is refused by name. */
export function parseCascade(xml: string): Cascade {
  const window = Number(/<width>(\d+)<\/width>/.exec(xml)?.[1]);
  const height = Number(/<height>(\d+)<\/height>/.exec(xml)?.[1]);
  const at = xml.indexOf('<features>');
  if (!(window > 0) || window !== height || at < 0 || /<tilted>1/.test(xml)) {
    throw new Error('this is not a cascade of upright Haar features');
  }
  return { window, ...parseStages(xml.slice(0, at)), ...parseFeatures(xml.slice(at)) };
}

function parseStages(xml: string): Pick<Cascade, 'stages' | 'feature' | 'threshold' | 'left' | 'right'> {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const stages: Cascade['stages'] = [];
  for (const part of xml.split('<stageThreshold>').slice(1)) {
    const first = feature.length;
    for (const [, nodes, leaves] of part.matchAll(
      /<internalNodes>([^<]+)<\/internalNodes>\s*<leafValues>([^<]+)<\/leafValues>/g,
    )) {
      const node = numbers(nodes);
      if (node.length !== 4) throw new Error('this cascade has trees where stumps were expected');
      const [low, high] = numbers(leaves);
      feature.push(node[2]);
      threshold.push(node[3]);
      left.push(low);
      right.push(high);
    }
    // OpenCV lowers each stage's threshold by this much when it loads a cascade.
    stages.push({ first, end: feature.length, threshold: Number.parseFloat(part) - 1e-5 });
  }
  return {
    stages,
    feature: Int32Array.from(feature),
    threshold: Float32Array.from(threshold),
    left: Float32Array.from(left),
    right: Float32Array.from(right),
  };
}

function parseFeatures(xml: string): Pick<Cascade, 'rectangles' | 'weights'> {
  const parts = xml.split('<rects>').slice(1);
  const rectangles = new Int32Array(parts.length * RECTANGLES * 4);
  const weights = new Float32Array(parts.length * RECTANGLES);
  parts.forEach((part, index) => {
    [...part.matchAll(/<_>([^<]+)<\/_>/g)].forEach(([, text], slot) => {
      const [x, y, width, height, weight] = numbers(text);
      rectangles.set([x, y, width, height], (index * RECTANGLES + slot) * 4);
      weights[index * RECTANGLES + slot] = weight;
    });
  });
  return { rectangles, weights };
}
