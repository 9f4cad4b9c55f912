import {rule as alphaAnnotation} from './alpha-annotation/rule.js'
import {rule as autoImageDeployment} from './auto-image-deployment/rule.js'
import {rule as autoImagePod} from './auto-image-pod/rule.js'
import type {ConfigRule} from './config-rule.js'
import {rule as delegateMissing} from './delegate-missing/rule.js'
import {rule as delegateNested} from './delegate-nested/rule.js'
import {rule as denyWithoutRules} from './deny-without-rules/rule.js'
import {rule as deploymentPortClash} from './deployment-port-clash/rule.js'
import {rule as deploymentProtocolClash} from './deployment-protocol-clash/rule.js'
import {rule as deprecatedAnnotation} from './deprecated-annotation/rule.js'
import {rule as deprecatedField} from './deprecated-field/rule.js'
import {rule as destinationNotFound} from './destination-not-found/rule.js'
import {rule as destinationPortRequired} from './destination-port-required/rule.js'
import {rule as destinationPortUnknown} from './destination-port-unknown/rule.js'
import {rule as destinationRuleHostUnknown} from './destination-rule-host-unknown/rule.js'
import {rule as destinationRuleNeverUsed} from './destination-rule-never-used/rule.js'
import {rule as destinationRulePortUnknown} from './destination-rule-port-unknown/rule.js'
import {rule as destinationRulesCollide} from './destination-rules-collide/rule.js'
import {rule as envoyFilterAdd} from './envoy-filter-add/rule.js'
import {rule as envoyFilterOldNames} from './envoy-filter-old-names/rule.js'
import {rule as envoyFilterRelative} from './envoy-filter-relative/rule.js'
import {rule as envoyFilterRelativeVersion} from './envoy-filter-relative-version/rule.js'
import {rule as envoyFilterRemove} from './envoy-filter-remove/rule.js'
import {rule as envoyFilterReplace} from './envoy-filter-replace/rule.js'
import {rule as externalNamePort} from './external-name-port/rule.js'
import {rule as faultWithoutRetries} from './fault-without-retries/rule.js'
import {rule as gatewayCertificateInvalid} from './gateway-certificate-invalid/rule.js'
import {rule as gatewayCertificateShared} from './gateway-certificate-shared/rule.js'
import {rule as gatewayConflict} from './gateway-conflict/rule.js'
import {rule as gatewayCrdOld} from './gateway-crd-old/rule.js'
import {rule as gatewayHostShared} from './gateway-host-shared/rule.js'
import {rule as gatewayNotFound} from './gateway-not-found/rule.js'
import {rule as gatewayPlainToTlsPort} from './gateway-plain-to-tls-port/rule.js'
import {rule as gatewayPortUnserved} from './gateway-port-unserved/rule.js'
import {rule as gatewaySecretMissing} from './gateway-secret-missing/rule.js'
import {rule as gatewaySelectsNothing} from './gateway-selects-nothing/rule.js'
import {rule as hostNotInGateway} from './host-not-in-gateway/rule.js'
import {rule as httpPolicyOnTcpPort} from './http-policy-on-tcp-port/rule.js'
import {rule as httpRoutesOnTcpPort} from './http-routes-on-tcp-port/rule.js'
import {rule as ineffectiveMatch} from './ineffective-match/rule.js'
import {rule as ingressSubsetIgnored} from './ingress-subset-ignored/rule.js'
import {rule as internalGatewayNamed} from './internal-gateway-named/rule.js'
import {rule as invalidAnnotation} from './invalid-annotation/rule.js'
import {rule as jwksFetchOpen} from './jwks-fetch-open/rule.js'
import {rule as jwtClaimRouteUnauthenticated} from './jwt-claim-route-unauthenticated/rule.js'
import {rule as jwtPolicyWithoutAuthentication} from './jwt-policy-without-authentication/rule.js'
import {rule as listenerConflict} from './listener-conflict/rule.js'
import {rule as localityWithoutOutlierDetection} from './locality-without-outlier-detection/rule.js'
import {rule as matchGatewayNotListed} from './match-gateway-not-listed/rule.js'
import {rule as matchPortUnserved} from './match-port-unserved/rule.js'
import {rule as meshHostConflict} from './mesh-host-conflict/rule.js'
import {rule as meshHostUnknown} from './mesh-host-unknown/rule.js'
import {rule as misplacedAnnotation} from './misplaced-annotation/rule.js'
import {rule as mtlsPortOfTheService} from './mtls-port-of-the-service/rule.js'
import {rule as multiclusterServiceDiffers} from './multicluster-service-differs/rule.js'
import {rule as mutualTlsWithoutSidecar} from './mutual-tls-without-sidecar/rule.js'
import {rule as namespaceInjectedByDefault} from './namespace-injected-by-default/rule.js'
import {rule as namespaceLabelClash} from './namespace-label-clash/rule.js'
import {rule as namespaceWithoutInjection} from './namespace-without-injection/rule.js'
import {rule as networkRegistryUnknown} from './network-registry-unknown/rule.js'
import {rule as peerAuthenticationRootSelector} from './peer-authentication-root-selector/rule.js'
import {rule as peerAuthenticationsOverlap} from './peer-authentications-overlap/rule.js'
import {rule as podWithoutProxy} from './pod-without-proxy/rule.js'
import {rule as policyAddressOfLoadBalancer} from './policy-address-of-load-balancer/rule.js'
import {rule as policyDeniesAll} from './policy-denies-all/rule.js'
import {rule as policyGatewayUnknown} from './policy-gateway-unknown/rule.js'
import {rule as policyPatternLiteral} from './policy-pattern-literal/rule.js'
import {rule as policySelectsNothing} from './policy-selects-nothing/rule.js'
import {rule as policyServicePort} from './policy-service-port/rule.js'
import {rule as policyValueNeverMatches} from './policy-value-never-matches/rule.js'
import {rule as portServerNotVerified} from './port-server-not-verified/rule.js'
import {rule as principalNeverMatches} from './principal-never-matches/rule.js'
import {rule as providerUndefined} from './provider-undefined/rule.js'
import {rule as proxyImageDiffers} from './proxy-image-differs/rule.js'
import {rule as redirectLoop} from './redirect-loop/rule.js'
import {rule as redirectWithoutHttps} from './redirect-without-https/rule.js'
import {rule as referenceGrantMissing} from './reference-grant-missing/rule.js'
import {rule as removedKind} from './removed-kind/rule.js'
import {rule as requestAuthenticationAlone} from './request-authentication-alone/rule.js'
import {rule as reservedUid} from './reserved-uid/rule.js'
import {rule as routeBackendMissing} from './route-backend-missing/rule.js'
import {rule as routeHostnameMismatch} from './route-hostname-mismatch/rule.js'
import {rule as routeKindMismatch} from './route-kind-mismatch/rule.js'
import {rule as routeNotAllowed} from './route-not-allowed/rule.js'
import {rule as routeParentMissing} from './route-parent-missing/rule.js'
import {rule as routeShadowed} from './route-shadowed/rule.js'
import {rule as schemaInvalid} from './schema-invalid/rule.js'
import {rule as schemaWarning} from './schema-warning/rule.js'
import {rule as selectorOnKubernetesGateway} from './selector-on-kubernetes-gateway/rule.js'
import {rule as selectorWithoutPods} from './selector-without-pods/rule.js'
import {rule as serverNotVerified} from './server-not-verified/rule.js'
import {rule as serviceEntriesDiffer} from './service-entries-differ/rule.js'
import {rule as serviceEntryHidesService} from './service-entry-hides-service/rule.js'
import {rule as serviceEntryHttpOn443} from './service-entry-http-on-443/rule.js'
import {rule as serviceEntryNeedsAddress} from './service-entry-needs-address/rule.js'
import {rule as serviceEntryProtocolClash} from './service-entry-protocol-clash/rule.js'
import {rule as serviceEntrySelectsNothing} from './service-entry-selects-nothing/rule.js'
import {rule as servicePortName} from './service-port-name/rule.js'
import {rule as severalDefaultSidecars} from './several-default-sidecars/rule.js'
import {rule as severalDefaultTelemetries} from './several-default-telemetries/rule.js'
import {rule as severalPeerAuthentications} from './several-peer-authentications/rule.js'
import {rule as sidecarEgressUnknown} from './sidecar-egress-unknown/rule.js'
import {rule as sidecarHidesHost} from './sidecar-hides-host/rule.js'
import {rule as sidecarInAmbient} from './sidecar-in-ambient/rule.js'
import {rule as sidecarSelectorsOverlap} from './sidecar-selectors-overlap/rule.js'
import {rule as sidecarSelectsNothing} from './sidecar-selects-nothing/rule.js'
import {rule as sourceMatchOnGateway} from './source-match-on-gateway/rule.js'
import {rule as sourceNamespaceUnknown} from './source-namespace-unknown/rule.js'
import {rule as sourceWithoutIdentity} from './source-without-identity/rule.js'
import {rule as statusNotAccepted} from './status-not-accepted/rule.js'
import {rule as subsetHiddenFromGateway} from './subset-hidden-from-gateway/rule.js'
import {rule as subsetNeverRouted} from './subset-never-routed/rule.js'
import {rule as subsetNotDefined} from './subset-not-defined/rule.js'
import {rule as subsetWithoutPods} from './subset-without-pods/rule.js'
import {rule as telemetryFilterAttribute} from './telemetry-filter-attribute/rule.js'
import {rule as telemetryFilterInvalid} from './telemetry-filter-invalid/rule.js'
import {rule as telemetrySelectorsOverlap} from './telemetry-selectors-overlap/rule.js'
import {rule as telemetrySelectsNothing} from './telemetry-selects-nothing/rule.js'
import {rule as telemetryWithoutProvider} from './telemetry-without-provider/rule.js'
import {rule as timeoutBeforeRetry} from './timeout-before-retry/rule.js'
import {rule as tlsOriginatedTwice} from './tls-originated-twice/rule.js'
import {rule as unknownAnnotation} from './unknown-annotation/rule.js'
import {rule as unreachableRoute} from './unreachable-route/rule.js'
import {rule as virtualServiceHiddenFromGateway} from './virtual-service-hidden-from-gateway/rule.js'
import {rule as webhookAddress} from './webhook-address/rule.js'
import {rule as webhookOverlap} from './webhook-overlap/rule.js'
import {rule as webhookServiceMissing} from './webhook-service-missing/rule.js'
import {rule as webhookUrlInvalid} from './webhook-url-invalid/rule.js'
import {rule as workloadEntryAccountMissing} from './workload-entry-account-missing/rule.js'
import {rule as workloadEntryUnhealthy} from './workload-entry-unhealthy/rule.js'
import {rule as workloadEntryUnselected} from './workload-entry-unselected/rule.js'
import {rule as writeRetried} from './write-retried/rule.js'

/** Every rule about the configuration of the mesh, by slug. Written by scripts/generate.js. */
export const CONFIG_RULES: readonly ConfigRule[] = [
  alphaAnnotation,
  autoImageDeployment,
  autoImagePod,
  delegateMissing,
  delegateNested,
  denyWithoutRules,
  deploymentPortClash,
  deploymentProtocolClash,
  deprecatedAnnotation,
  deprecatedField,
  destinationNotFound,
  destinationPortRequired,
  destinationPortUnknown,
  destinationRuleHostUnknown,
  destinationRuleNeverUsed,
  destinationRulePortUnknown,
  destinationRulesCollide,
  envoyFilterAdd,
  envoyFilterOldNames,
  envoyFilterRelative,
  envoyFilterRelativeVersion,
  envoyFilterRemove,
  envoyFilterReplace,
  externalNamePort,
  faultWithoutRetries,
  gatewayCertificateInvalid,
  gatewayCertificateShared,
  gatewayConflict,
  gatewayCrdOld,
  gatewayHostShared,
  gatewayNotFound,
  gatewayPlainToTlsPort,
  gatewayPortUnserved,
  gatewaySecretMissing,
  gatewaySelectsNothing,
  hostNotInGateway,
  httpPolicyOnTcpPort,
  httpRoutesOnTcpPort,
  ineffectiveMatch,
  ingressSubsetIgnored,
  internalGatewayNamed,
  invalidAnnotation,
  jwksFetchOpen,
  jwtClaimRouteUnauthenticated,
  jwtPolicyWithoutAuthentication,
  listenerConflict,
  localityWithoutOutlierDetection,
  matchGatewayNotListed,
  matchPortUnserved,
  meshHostConflict,
  meshHostUnknown,
  misplacedAnnotation,
  mtlsPortOfTheService,
  multiclusterServiceDiffers,
  mutualTlsWithoutSidecar,
  namespaceInjectedByDefault,
  namespaceLabelClash,
  namespaceWithoutInjection,
  networkRegistryUnknown,
  peerAuthenticationRootSelector,
  peerAuthenticationsOverlap,
  podWithoutProxy,
  policyAddressOfLoadBalancer,
  policyDeniesAll,
  policyGatewayUnknown,
  policyPatternLiteral,
  policySelectsNothing,
  policyServicePort,
  policyValueNeverMatches,
  portServerNotVerified,
  principalNeverMatches,
  providerUndefined,
  proxyImageDiffers,
  redirectLoop,
  redirectWithoutHttps,
  referenceGrantMissing,
  removedKind,
  requestAuthenticationAlone,
  reservedUid,
  routeBackendMissing,
  routeHostnameMismatch,
  routeKindMismatch,
  routeNotAllowed,
  routeParentMissing,
  routeShadowed,
  schemaInvalid,
  schemaWarning,
  selectorOnKubernetesGateway,
  selectorWithoutPods,
  serverNotVerified,
  serviceEntriesDiffer,
  serviceEntryHidesService,
  serviceEntryHttpOn443,
  serviceEntryNeedsAddress,
  serviceEntryProtocolClash,
  serviceEntrySelectsNothing,
  servicePortName,
  severalDefaultSidecars,
  severalDefaultTelemetries,
  severalPeerAuthentications,
  sidecarEgressUnknown,
  sidecarHidesHost,
  sidecarInAmbient,
  sidecarSelectorsOverlap,
  sidecarSelectsNothing,
  sourceMatchOnGateway,
  sourceNamespaceUnknown,
  sourceWithoutIdentity,
  statusNotAccepted,
  subsetHiddenFromGateway,
  subsetNeverRouted,
  subsetNotDefined,
  subsetWithoutPods,
  telemetryFilterAttribute,
  telemetryFilterInvalid,
  telemetrySelectorsOverlap,
  telemetrySelectsNothing,
  telemetryWithoutProvider,
  timeoutBeforeRetry,
  tlsOriginatedTwice,
  unknownAnnotation,
  unreachableRoute,
  virtualServiceHiddenFromGateway,
  webhookAddress,
  webhookOverlap,
  webhookServiceMissing,
  webhookUrlInvalid,
  workloadEntryAccountMissing,
  workloadEntryUnhealthy,
  workloadEntryUnselected,
  writeRetried,
]
