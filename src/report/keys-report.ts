/** What `keys create` wrote. */
export interface KeysReport {
  /** Version of this document's format. */
  schema: 1
  command: 'keys'
  /** Absolute path of the private key, which signs tokens. */
  privateKey: string
  /** Absolute path of the public key, which the server checks tokens with. */
  publicKey: string
  /** Arguments to start sqld with, so that it asks for tokens of this key. */
  serverFlags: string[]
}
