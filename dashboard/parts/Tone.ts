/** How a state is meant: by it its colour and its sign are chosen. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';
