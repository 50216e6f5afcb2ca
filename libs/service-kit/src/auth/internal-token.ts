import { DEFAULT_TENANT, isOneOf, isUuid, ROLES, tenantId, type Role, type TenantId } from '@throughline/domain';
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose';

const ISSUER = 'throughline-gateway';
const LIFETIME = '60s';

/** Who asks, as the gateway established it; services believe only its signature, never a header. */
export interface CallerIdentity {
  readonly tenantId: TenantId;
  /** Stable id of the user or API token, for audit. */
  readonly actor: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly string[];
}

export type TokenSigner = (caller: CallerIdentity) => Promise<string>;
export type TokenVerifier = (token: string) => Promise<CallerIdentity>;

/** Signs short-lived internal tokens; `privateKey` is PKCS 8 PEM of an Ed25519 key. */
export async function createTokenSigner(privateKey: string): Promise<TokenSigner> {
  const key = await importPKCS8(privateKey, 'EdDSA');
  return (caller) => new SignJWT({ tenant: caller.tenantId, role: caller.role, scopes: [...caller.scopes], name: caller.name })
    .setProtectedHeader({ alg: 'EdDSA' }).setSubject(caller.actor).setIssuer(ISSUER).setAudience('throughline').setIssuedAt().setExpirationTime(LIFETIME).sign(key);
}

/** Verifies internal tokens; rejects on a wrong signature, issuer, age or shape. */
export async function createTokenVerifier(publicKey: string): Promise<TokenVerifier> {
  const key = await importSPKI(publicKey, 'EdDSA');
  return async (token) => {
    const { payload } = await jwtVerify(token, key, { issuer: ISSUER, audience: 'throughline', algorithms: ['EdDSA'], clockTolerance: 5 });
    const { sub, tenant, role, scopes, name } = payload;
    if (!isUuid(tenant) || !isOneOf(ROLES, role) || typeof sub !== 'string') throw new TypeError('an internal token without tenant, role or subject');
    return { tenantId: tenantId(tenant), actor: sub, role, name: typeof name === 'string' ? name : sub, scopes: Array.isArray(scopes) ? scopes.filter((s): s is string => typeof s === 'string') : [] };
  };
}

/** The caller of work that the platform starts itself (due work, sample world). */
export const systemCaller = (tenant: TenantId = DEFAULT_TENANT): CallerIdentity => ({ tenantId: tenant, actor: 'system', name: 'Throughline', role: 'admin', scopes: [] });
