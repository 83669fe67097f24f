import { describeFileDatabase } from './file-contract.js'

describeFileDatabase('encrypted libSQL', { engine: 'libsql', encryptionKey: 'a key of this test' })
