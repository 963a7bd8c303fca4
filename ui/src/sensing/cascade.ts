/** A Haar cascade as flat numbers. Read from OpenCV's XML, which the server hands out as it is. */

export interface Cascade {
  /** Side of the square window that it was trained on, in pixels. */
  window: number;
  /** For each stage: its first tree, one past its last, and the sum that a window must reach. */
  stages: { first: number; end: number; threshold: number }[];
  /** For each tree: its first node and its first leaf. */
  nodes: Int32Array;
  leaves: Int32Array;
  /** For each node: the feature it measures, its threshold, and where both ways lead: above 0 a node, else a leaf. */
  feature: Int32Array;
  threshold: Float32Array;
  left: Int32Array;
  right: Int32Array;
  /** The leaves' votes. */
  votes: Float32Array;
  /** For each feature three rectangles `x, y, width, height` within the window; unused ones weigh 0. */
  rectangles: Int32Array;
  weights: Float32Array;
}

export const RECTANGLES = 3;

const numbers = (text: string): number[] => text.trim().split(/\s+/).map(Number);

/** Read a cascade of trees on upright features; anything else is refused by name. */
export function parseCascade(xml: string): Cascade {
  const window = Number(/<width>(\d+)<\/width>/.exec(xml)?.[1]);
  const height = Number(/<height>(\d+)<\/height>/.exec(xml)?.[1]);
  const at = xml.indexOf('<features>');
  if (!(window > 0) || window !== height || at < 0 || /<tilted>1/.test(xml)) {
    throw new Error('this is not a cascade of upright Haar features');
  }
  return { window, ...parseStages(xml.slice(0, at)), ...parseFeatures(xml.slice(at)) };
}

const TREE = /<internalNodes>([^<]+)<\/internalNodes>\s*<leafValues>([^<]+)<\/leafValues>/g;

function parseStages(xml: string): Omit<Cascade, 'window' | 'rectangles' | 'weights'> {
  const [nodes, leaves, feature, threshold, left, right, votes]: number[][] = [[], [], [], [], [], [], []];
  const stages: Cascade['stages'] = [];
  for (const part of xml.split('<stageThreshold>').slice(1)) {
    const first = nodes.length;
    for (const [, inner, outer] of part.matchAll(TREE)) {
      nodes.push(feature.length);
      leaves.push(votes.length);
      const node = numbers(inner);
      for (let i = 0; i < node.length; i += 4) {
        left.push(node[i]);
        right.push(node[i + 1]);
        feature.push(node[i + 2]);
        threshold.push(node[i + 3]);
      }
      votes.push(...numbers(outer));
    }
    // OpenCV lowers each stage's threshold by this much when it loads a cascade.
    stages.push({ first, end: nodes.length, threshold: Number.parseFloat(part) - 1e-5 });
  }
  const [int, float] = [Int32Array, Float32Array];
  return {
    stages,
    nodes: int.from(nodes),
    leaves: int.from(leaves),
    feature: int.from(feature),
    threshold: float.from(threshold),
    left: int.from(left),
    right: int.from(right),
    votes: float.from(votes),
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
