import type {ClientTls, DestinationRuleConfig} from '../../model/istio-config/traffic.js'

/** True for TLS to a server whose certificate no named CA has to have signed (networking.istio.io, ClientTLSSettings). */
export function isUnverified(
  {mode, caCertificates, credentialName}: ClientTls,
  {workloadSelector}: Pick<DestinationRuleConfig, 'workloadSelector'>,
): boolean {
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') return false
  // A sidecar reads the Secret only for rules with a workloadSelector.
  return caCertificates === '' && !(credentialName !== '' && workloadSelector !== undefined)
}
