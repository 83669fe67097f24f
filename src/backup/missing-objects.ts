import type { StoredObject } from './manifest.js'
import { objectPlace } from './object-place.js'
import type { Store } from './store/store.js'

/**
 * Which objects of other sets are not there any more, or have another size. Each set is listed once;
 * no object is opened.
 */
export async function missingObjects(
  store: Store,
  objects: readonly StoredObject[],
): Promise<Set<StoredObject>> {
  const bySet = new Map<string, StoredObject[]>()
  for (const object of objects) {
    const { set = '' } = object
    const beside = bySet.get(set)
    if (beside === undefined) bySet.set(set, [object])
    else beside.push(object)
  }
  const missing = new Set<StoredObject>()
  for (const [set, wanted] of bySet) {
    const sizes = new Map<string, number>()
    for await (const { name, bytes } of store.list(set)) sizes.set(name, bytes)
    for (const object of wanted) {
      if (sizes.get(objectPlace(set, object)) !== object.storedBytes) missing.add(object)
    }
  }
  return missing
}
