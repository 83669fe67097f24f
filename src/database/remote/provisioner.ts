/** Where a server put a new database. */
export interface NewPlace {
  /** `http:` or `https:`, host and port; no slash at its end. */
  url: string
  /** As it is shown, and as it can be given again. */
  shown: string
}

/** Makes and removes the databases of a server. */
export interface Provisioner {
  /**
   * Makes an empty database.
   *
   * @returns where it is, when only the server knows
   * @throws DbfleetError `exists`, when nothing was changed; others
   */
  create(name: string): Promise<NewPlace | undefined>
  /**
   * Removes a database and all that it holds.
   *
   * @throws DbfleetError `missing` when there is none; others
   */
  remove(name: string): Promise<void>
}
