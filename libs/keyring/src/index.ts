export * from './errors.js';
export { fileKeyStore, memoryKeyStore, type KeyStore } from './key-store.js';
export { createKeyring, openKeyring, type KeyedHash, type Keyring, type KeyringOptions, type SecretHasher } from './keyring.js';
