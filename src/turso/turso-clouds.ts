import type { PlatformServices } from './platform-api.js'
import type { TursoAccount } from './turso-account.js'
import type { TursoCloud } from './turso-cloud.js'

/** The organizations of a fleet, each once, so that a run makes a token once for each group. */
export class TursoClouds {
  readonly #services: PlatformServices
  readonly #clouds = new Map<string, Promise<TursoCloud>>()

  constructor(services: PlatformServices) {
    this.#services = services
  }

  /** Loads what is needed for Turso Cloud when a fleet has a database there. */
  at({ apiUrl, organization, apiToken }: TursoAccount): Promise<TursoCloud> {
    const account = { apiUrl, organization, apiToken }
    const key = JSON.stringify(account)
    const cloud = this.#clouds.get(key) ?? this.#open(account)
    this.#clouds.set(key, cloud)
    return cloud
  }

  async #open(account: TursoAccount): Promise<TursoCloud> {
    const { TursoCloud } = await import('./turso-cloud.js')
    return new TursoCloud(account, this.#services)
  }
}
