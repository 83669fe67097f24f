import { DirectoryStore } from './directory-store.js'
import type { Store, StoreSpec } from './store.js'

/** Opens a store; nothing is read or made yet. */
export async function openStore(spec: StoreSpec): Promise<Store> {
  switch (spec.kind) {
    case 'directory':
      return new DirectoryStore(spec)
  }
}
