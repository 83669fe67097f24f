/** Thrown for bytes that are no file of age, or not whole. */
export class BadAgeFile extends Error {}

/** Thrown when none of the keys opens a file. */
export class NoAgeKeyFits extends Error {}
