import { DirectoryStore } from './directory-store.js'
import type { Store, StoreSpec } from './store.js'

/** Opens a store; nothing is read or made yet. */
export async function openStore(spec: StoreSpec): Promise<Store> {
  switch (spec.kind) {
    case 'directory':
      return new DirectoryStore(spec)
    case 's3': {
      const { S3Store } = await import('./s3-store.js')
      return new S3Store(spec)
    }
  }
}
