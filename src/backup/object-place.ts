import type { StoredObject } from './manifest.js'

/** The name that an object of a set has in the store. */
export function objectPlace(set: string, object: Pick<StoredObject, 'file' | 'set'>): string {
  return `${object.set ?? set}/${object.file}`
}
