/**
 * A word or a pair of characters as the index in main memory is asked for it. The two stand apart, because a word that a
 * dictionary cut says more than two characters that happen to follow each other.
 */
export type Token = `w${string}` | `g${string}`;

export const wordToken = (word: string): Token => `w${word}`;

/** A character of Chinese, Japanese or Korean, or a pair of them. */
export const gramToken = (gram: string): Token => `g${gram}`;

export const isGram = (token: Token): boolean => token.startsWith('g');
