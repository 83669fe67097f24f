import { checkTursoName } from '../config/turso-name.js'
import type { Provisioner } from '../database/remote/provisioner.js'
import { RemoteFault } from '../database/remote/remote-fault.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { faultOf } from './fault-of.js'
import { listDatabases } from './list-databases.js'
import { PlatformApi, type PlatformRequest, type PlatformServices } from './platform-api.js'
import { readDatabase } from './read-database.js'
import { ShortLivedTokens, TOKEN_LIFE, type TokenScope } from './short-lived-tokens.js'
import type { TursoAccount } from './turso-account.js'
import type { TursoDatabase } from './turso-database.js'

/** One organization on Turso Cloud. Its token and those of its databases are kept in memory only. */
export class TursoCloud {
  readonly #api: PlatformApi
  readonly #tokens = new ShortLivedTokens(scope => this.#makeToken(scope))

  constructor(account: TursoAccount, services: PlatformServices) {
    this.#api = new PlatformApi(account, services)
  }

  /** All databases, or those of a group, in no order. */
  list(group?: string): Promise<TursoDatabase[]> {
    return listDatabases(this.#api, group)
  }

  /**
   * A token that opens a database for an hour at least.
   *
   * @param database its group, if known: its databases share one token
   */
  tokenFor(database: { name: string; group?: string }): Promise<string> {
    return this.#tokens.tokenFor(database)
  }

  /** Makes databases in a group, and removes those of any. */
  provisioner(group: string | undefined): Provisioner {
    return {
      create: name => this.#create(name, group),
      remove: name => this.#remove(name),
    }
  }

  async #create(name: string, group: string | undefined): Promise<TursoDatabase> {
    checkTursoName(name)
    if (group === undefined) throw new UsageError('cannot-create', `${name} is to be in no group`)
    const { apiUrl } = this.#api.account
    try {
      return await this.#api.send(
        {
          method: 'POST',
          path: ['databases'],
          body: { name, group },
          repeatable: false,
          purpose: `make the database ${name} in the group ${group}`,
        },
        ({ database }) => readDatabase(database, apiUrl),
      )
    } catch (error) {
      const fault = faultOf(error)
      const isUnknown = fault?.outcomeUnknown === true || fault?.kind === 'protocol'
      if (!(error instanceof DbfleetError) || !isUnknown) throw error
      throw new DbfleetError(error.code, `Turso may have made ${name} or not: ${error.message}`, {
        hint: `\`dbfleet list\` shows whether it is there. If so, \`dbfleet up --db ${name}\` migrates it, and \`dbfleet destroy ${name}\` removes it.`,
        cause: error,
      })
    }
  }

  async #remove(name: string): Promise<void> {
    const request: PlatformRequest = {
      method: 'DELETE',
      path: ['databases', name],
      repeatable: false,
      purpose: `remove the database ${name}`,
    }
    const remove = () => this.#api.send(request, () => {})
    try {
      await remove()
    } catch (error) {
      if (faultOf(error)?.outcomeUnknown !== true) throw error
      await remove().catch(again => {
        // The first request did it, though its answer was lost.
        if (faultOf(again)?.status !== 404) throw again
      })
    }
  }

  async #makeToken([kind, name]: TokenScope): Promise<string> {
    const { apiUrl } = this.#api.account
    return this.#api.send(
      {
        method: 'POST',
        path: [kind, name, 'auth', 'tokens'],
        query: { expiration: TOKEN_LIFE.expiration, authorization: 'full-access' },
        // One more that expires by itself does no harm.
        repeatable: true,
        purpose: `make a token for the ${kind === 'groups' ? 'group' : 'database'} ${name}`,
      },
      ({ jwt }) => {
        if (typeof jwt === 'string' && /^[\x21-\x7e]+$/.test(jwt)) return jwt
        throw new RemoteFault('protocol', `${apiUrl} answers with something that is no token`)
      },
    )
  }
}
