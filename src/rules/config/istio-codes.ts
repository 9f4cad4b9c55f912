import {definedFields} from '../../model/collections/defined-fields.js'
import type {ConfigRule} from './config-rule.js'

/**
 * The analyzers of istioctl by name, with the codes each can give (istio.io, configuration analysis messages).
 * IST0101 comes from ten of them about other references each: there the rules are named.
 */
const ANALYZER_CODES: Readonly<Record<string, string>> = {
  'annotations.AlphaAnalyzer': 'IST0136',
  'annotations.K8sAnalyzer': 'IST0107 IST0108 IST0125 IST0135',
  'applicationUID.Analyzer': 'IST0144',
  'auth.AuthorizationPoliciesAnalyzer': 'MCT2008 IST0127',
  'authn.BlockedCIDRsAnalyzer': 'IST0175',
  'conditions.ConditionAnalyzer': 'IST0171',
  'deployment.MultiServiceAnalyzer': 'IST0116 IST0137',
  'deprecation.DeprecationAnalyzer': 'IST0002',
  'destinationrule.CaCertificateAnalyzer': 'IST0128 IST0129',
  'destinationrule.SubsetSelectPodAnalyzer': 'IST0173 IST0174',
  'envoyfilter.EnvoyPatchAnalyzer': 'IST0151 IST0152 IST0153 IST0154 IST0155',
  'externalcontrolplane.ExternalControlPlaneAnalyzer': 'IST0163 IST0164',
  'gateway.CertificateAnalyzer': 'IST0138',
  'gateway.ConflictingGatewayAnalyzer': 'IST0145',
  'gateway.IngressGatewayPortAnalyzer': 'MCT2006 IST0162',
  'gateway.SecretAnalyzer': 'MCT2006 MCT2007 IST0161',
  'injection.Analyzer': 'IST0102 IST0103 IST0123 IST0148',
  'injection.ImageAnalyzer': 'IST0158',
  'injection.ImageAutoAnalyzer': 'IST0146 IST0147',
  'k8sgateway.CRDVersionAnalyzer': 'IST0176',
  'k8sgateway.SelectorAnalyzer': 'IST0166',
  'meshnetworks.MeshNetworksAnalyzer': 'IST0126',
  'service.PortNameAnalyzer': 'IST0118 IST0150',
  'serviceentry.Analyzer': 'IST0134',
  'serviceentry.ConflictingServiceEntryProtocolAnalyzer': 'IST0177',
  'services.MultiClusterServiceAnalyzer': 'IST0170',
  'sidecar.SelectorAnalyzer': 'MCT2009 IST0110 IST0111 IST0167',
  'telemetry.DefaultSelectorAnalyzer': 'IST0160',
  'telemetry.LightstepAnalyzer': 'IST0002',
  'telemetry.ProviderAnalyzer': 'IST0157',
  'telemetry.SelectorAnalyzer': 'MCT2010 IST0159',
  'virtualservice.ConflictingMeshGatewayHostsAnalyzer': 'IST0109',
  'virtualservice.DestinationHostAnalyzer': 'MCT2002 MCT2003 IST0112 IST0140',
  'virtualservice.DestinationRuleAnalyzer': 'MCT2005',
  'virtualservice.GatewayAnalyzer': 'MCT2001 IST0132 IST0165',
  'virtualservice.JWTClaimRouteAnalyzer': 'IST0149',
  'webhook.Analyzer': 'IST0139',
}

/** Analyzers that give one code about several kinds name the kind they are about. */
const KIND_OF_ANALYZER: Readonly<Record<string, string>> = {
  auth: 'AuthorizationPolicy',
  destinationrule: 'DestinationRule',
  gateway: 'Gateway',
  sidecar: 'Sidecar',
  telemetry: 'Telemetry',
  virtualservice: 'VirtualService',
}

const VALIDATION = 'schema.ValidationAnalyzer.'

/** An analyzer of istioctl: the codes it gives and, where that matters, the kind it is about. */
export interface IstioAnalyzer {
  readonly codes: readonly string[]
  readonly kind?: string
}

/** The analyzer of istioctl of that name; undefined for an unknown name. */
export function istioAnalyzer(name: string): IstioAnalyzer | undefined {
  if (name.startsWith(VALIDATION)) {
    return {codes: ['IST0106', 'IST0133', 'IST0130', 'IST0131'], kind: name.slice(VALIDATION.length)}
  }
  const codes = Object.hasOwn(ANALYZER_CODES, name) ? ANALYZER_CODES[name] : undefined
  if (codes === undefined) return undefined
  const [topic = ''] = name.split('.')
  const kind = Object.hasOwn(KIND_OF_ANALYZER, topic) ? KIND_OF_ANALYZER[topic] : undefined
  return {codes: codes.split(' '), ...definedFields({kind})}
}

/** The kinds of a rule that an analyzer of istioctl covers; none when it gives no code of the rule. */
export function kindsOfAnalyzer(
  {code, aliases, kinds}: Pick<ConfigRule, 'code' | 'aliases' | 'kinds'>,
  {codes, kind}: IstioAnalyzer,
): readonly string[] {
  if (![code, ...aliases].some(each => codes.includes(each))) return []
  return kind === undefined ? kinds : kinds.filter(each => each === kind)
}

/** The names of istioctl's analyzers. */
export const ISTIO_ANALYZERS: readonly string[] = Object.keys(ANALYZER_CODES)
