import type { Member } from './member.js'

/** Where databases come from: one entry of `fleet` in the configuration. */
export interface Source {
  readonly kind: 'files' | 'databases' | 'query' | 'sqld' | 'turso'
  /** Names the source in lists and errors, such as `files databases/*.db`. */
  readonly label: string
  /**
   * The databases that are there now, sorted by name in code-unit order. None is not an error.
   *
   * @throws UsageError when they cannot be told: a directory or a registry that cannot be read, a
   * name or a URL that is none
   */
  members(): Promise<Member[]>
  /** Why there may be no members, for the error that says so: a clause without a full stop. */
  whyEmpty(): string
  /** Absent when the source cannot say where a new database would be. */
  readonly creates?: {
    /**
     * Where a new database of that name is to be. Nothing is touched, and whether it exists is not
     * looked at; once it does, `members` lists it under the same name.
     *
     * @throws UsageError `bad-name`, `cannot-create` or `unknown-database`
     */
    locate(name: string): Member
    /** True for a name that this very source lists, so that no other is to make it. */
    lists?(name: string): boolean
    /**
     * Present where `members` would not list every database that can be made.
     *
     * @throws UsageError `unknown-database` for the first name that it would not list
     */
    refuseUnlisted?(names: readonly string[]): Promise<void>
  }
}
