import { describeDatabase } from './contract.js'

describeDatabase('encrypted libSQL', { engine: 'libsql', encryptionKey: 'a key of this test' })
