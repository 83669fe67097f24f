/** What an object of a set is: the text of a dump, or the pages of the database's file. */
export type ObjectFormat = (typeof OBJECT_FORMATS)[number]

export const OBJECT_FORMATS = ['sql', 'image'] as const
