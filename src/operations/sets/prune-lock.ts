import { randomBytes } from 'node:crypto'
import { STARTED } from '../../backup/manifest.js'
import { stateOfMaker, thisMaker } from '../../backup/set-maker.js'
import type { Store } from '../../backup/store/store.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'

const PREFIX = '.prune-'

/**
 * Lets one prune at a time act on a store: two could each keep the copy that the other one removes. Each
 * shows itself first and looks for others then, so that of two at least one sees the other; a lock that
 * a dead process left is removed.
 *
 * @throws DbfleetError `prune-running`; nothing was removed
 */
export async function lockForPrune(
  store: Store,
  { ignoreUnknown }: { ignoreUnknown: boolean },
): Promise<AsyncDisposable> {
  const own = `${PREFIX}${randomBytes(6).toString('hex')}`
  const content = JSON.stringify({ startedAt: new Date().toISOString(), ...thisMaker() })
  const claim = (text: string) => store.claim(`${own}/${STARTED}`, Buffer.from(text))
  await claim(`${content}\n`).catch(error => {
    if ((error as { code?: unknown }).code !== 'disk-full') throw error
    // What is to make room must not need it. One that says nothing may be of any machine.
    return claim('')
  })
  const release = () => store.remove([`${own}/${STARTED}`])
  try {
    for (const name of await store.names()) {
      if (!name.startsWith(PREFIX) || name === own) continue
      const file = `${name}/${STARTED}`
      const maker = await makerIn(store, file)
      if (maker === undefined) continue
      const state = stateOfMaker(maker)
      if (state === 'gone' || (state === 'unknown' && ignoreUnknown)) await store.remove([file])
      else throw running(store.locate(name))
    }
  } catch (error) {
    await release()
    throw error
  }
  return { [Symbol.asyncDispose]: release }
}

/** `undefined` when it is gone by now; nothing is known of one that is being written. */
async function makerIn(store: Store, file: string): Promise<object | undefined> {
  let text = ''
  try {
    for await (const piece of store.read(file)) text += Buffer.from(piece).toString('utf8')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'object-missing') return undefined
    throw error
  }
  try {
    return Object(JSON.parse(text)) as object
  } catch {
    return {}
  }
}

function running(lock: string): DbfleetError {
  return new DbfleetError('prune-running', `another prune is at work: ${lock}`, {
    hint: 'Nothing was removed. Wait for it; if it died on another machine, say --unfinished.',
  })
}
