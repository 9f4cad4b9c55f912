import {rule as adminExposed} from './admin-exposed/rule.js'
import {rule as ambientAndSidecar} from './ambient-and-sidecar/rule.js'
import {rule as ambientDnsOff} from './ambient-dns-off/rule.js'
import {rule as ambientEvidenceDisagrees} from './ambient-evidence-disagrees/rule.js'
import {rule as ambientInboundBypass} from './ambient-inbound-bypass/rule.js'
import {rule as ambientMarksMissing} from './ambient-marks-missing/rule.js'
import {rule as ambientNodeAgents} from './ambient-node-agents/rule.js'
import {rule as ambientNotRedirected} from './ambient-not-redirected/rule.js'
import {rule as annotationUnknown} from './annotation-unknown/rule.js'
import {rule as appProtocolConflict} from './app-protocol-conflict/rule.js'
import {rule as appVersionLabels} from './app-version-labels/rule.js'
import {rule as backendMismatch} from './backend-mismatch/rule.js'
import {rule as buildPodSidecar} from './build-pod-sidecar/rule.js'
import {rule as certificateExpiry} from './certificate-expiry/rule.js'
import {rule as cniAgentPort} from './cni-agent-port/rule.js'
import {rule as cniNamespaceExcluded} from './cni-namespace-excluded/rule.js'
import {rule as cniRace} from './cni-race/rule.js'
import {rule as configRejected} from './config-rejected/rule.js'
import {rule as configStale} from './config-stale/rule.js'
import {rule as connectionPastCapture} from './connection-past-capture/rule.js'
import {rule as controlPlaneLost} from './control-plane-lost/rule.js'
import {rule as databaseAsHttp} from './database-as-http/rule.js'
import {rule as dataplaneModeInvalid} from './dataplane-mode-invalid/rule.js'
import {rule as disabledNamespaceWins} from './disabled-namespace-wins/rule.js'
import {rule as discoveryAddress} from './discovery-address/rule.js'
import {rule as dnsCaptureMismatch} from './dns-capture-mismatch/rule.js'
import {rule as excludeInboundIgnored} from './exclude-inbound-ignored/rule.js'
import {rule as excludeInterfacesVersion} from './exclude-interfaces-version/rule.js'
import {rule as excludeIstiodPort} from './exclude-istiod-port/rule.js'
import {rule as execProbeNetwork} from './exec-probe-network/rule.js'
import {rule as familyMismatch} from './family-mismatch/rule.js'
import {rule as filterBlocks} from './filter-blocks/rule.js'
import {rule as foreignSystem} from './foreign-system/rule.js'
import {rule as gatewayCredentialMissing} from './gateway-credential-missing/rule.js'
import {rule as headlessPortName} from './headless-port-name/rule.js'
import {rule as hostNetwork} from './host-network/rule.js'
import {rule as httpNotUnderstood} from './http-not-understood/rule.js'
import {rule as httpPortCarriesTls} from './http-port-carries-tls/rule.js'
import {rule as http10Refused} from './http10-refused/rule.js'
import {rule as ignoreInvalid} from './ignore-invalid/rule.js'
import {rule as imageAuto} from './image-auto/rule.js'
import {rule as initContainerNetwork} from './init-container-network/rule.js'
import {rule as initFailed} from './init-failed/rule.js'
import {rule as injectAnnotationOnly} from './inject-annotation-only/rule.js'
import {rule as injectOnWrongObject} from './inject-on-wrong-object/rule.js'
import {rule as injectValueInvalid} from './inject-value-invalid/rule.js'
import {rule as injectionRefused} from './injection-refused/rule.js'
import {rule as injectionWebhookBroken} from './injection-webhook-broken/rule.js'
import {rule as interceptionNone} from './interception-none/rule.js'
import {rule as ipv6NotCaptured} from './ipv6-not-captured/rule.js'
import {rule as jobNeverEnds} from './job-never-ends/rule.js'
import {rule as kernelModuleMissing} from './kernel-module-missing/rule.js'
import {rule as kubernetesReports} from './kubernetes-reports/rule.js'
import {rule as l7PolicyWithoutWaypoint} from './l7-policy-without-waypoint/rule.js'
import {rule as lifecycleHandler} from './lifecycle-handler/rule.js'
import {rule as loopbackArgument} from './loopback-argument/rule.js'
import {rule as loopbackListener} from './loopback-listener/rule.js'
import {rule as loopbackRange} from './loopback-range/rule.js'
import {rule as machineDisconnected} from './machine-disconnected/rule.js'
import {rule as manualAndAuto} from './manual-and-auto/rule.js'
import {rule as mtlsConflict} from './mtls-conflict/rule.js'
import {rule as namespaceLabelsConflict} from './namespace-labels-conflict/rule.js'
import {rule as namespaceNotInjected} from './namespace-not-injected/rule.js'
import {rule as nativeSidecar} from './native-sidecar/rule.js'
import {rule as netAdminForbidden} from './net-admin-forbidden/rule.js'
import {rule as netAdminMissing} from './net-admin-missing/rule.js'
import {rule as networkPolicyBlocks} from './network-policy-blocks/rule.js'
import {rule as noService} from './no-service/rule.js'
import {rule as notListening} from './not-listening/rule.js'
import {rule as nothingCaptured} from './nothing-captured/rule.js'
import {rule as outboundBypass} from './outbound-bypass/rule.js'
import {rule as outboundRegistryOnly} from './outbound-registry-only/rule.js'
import {rule as ownerGroups} from './owner-groups/rule.js'
import {rule as peerPortWithoutService} from './peer-port-without-service/rule.js'
import {rule as podAddressListener} from './pod-address-listener/rule.js'
import {rule as podMissingProxy} from './pod-missing-proxy/rule.js'
import {rule as portName} from './port-name/rule.js'
import {rule as portSharedWithTcp} from './port-shared-with-tcp/rule.js'
import {rule as probeHost} from './probe-host/rule.js'
import {rule as probeNamedPort} from './probe-named-port/rule.js'
import {rule as probeNotRewritten} from './probe-not-rewritten/rule.js'
import {rule as probeRewriteOff} from './probe-rewrite-off/rule.js'
import {rule as prometheusPortReserved} from './prometheus-port-reserved/rule.js'
import {rule as proxyConfigInvalid} from './proxy-config-invalid/rule.js'
import {rule as proxyGid} from './proxy-gid/rule.js'
import {rule as proxyMountsMissing} from './proxy-mounts-missing/rule.js'
import {rule as proxyNotListening} from './proxy-not-listening/rule.js'
import {rule as proxyPlainInit} from './proxy-plain-init/rule.js'
import {rule as proxyPrivileged} from './proxy-privileged/rule.js'
import {rule as proxyUid} from './proxy-uid/rule.js'
import {rule as readinessMissing} from './readiness-missing/rule.js'
import {rule as reservedPortDeclared} from './reserved-port-declared/rule.js'
import {rule as restrictedSeccomp} from './restricted-seccomp/rule.js'
import {rule as revisionWithoutWebhook} from './revision-without-webhook/rule.js'
import type {MeshRule} from './rule.js'
import {rule as rulesDiffer} from './rules-differ/rule.js'
import {rule as rulesFromOtherRelease} from './rules-from-other-release/rule.js'
import {rule as samePortOtherTarget} from './same-port-other-target/rule.js'
import {rule as selectorDecides} from './selector-decides/rule.js'
import {rule as servicePortNotCaptured} from './service-port-not-captured/rule.js'
import {rule as serviceProtocolClash} from './service-protocol-clash/rule.js'
import {rule as serviceReach} from './service-reach/rule.js'
import {rule as severalProxyUids} from './several-proxy-uids/rule.js'
import {rule as sidecarNotReady} from './sidecar-not-ready/rule.js'
import {rule as sidecarOutdated} from './sidecar-outdated/rule.js'
import {rule as sidecarRestarts} from './sidecar-restarts/rule.js'
import {rule as socketOwner} from './socket-owner/rule.js'
import {rule as startOrder} from './start-order/rule.js'
import {rule as targetPortUnknown} from './target-port-unknown/rule.js'
import {rule as terminationTooShort} from './termination-too-short/rule.js'
import {rule as tokenMissing} from './token-missing/rule.js'
import {rule as tproxyRequirements} from './tproxy-requirements/rule.js'
import {rule as tproxyTunnelPort} from './tproxy-tunnel-port/rule.js'
import {rule as trafficAnnotationInvalid} from './traffic-annotation-invalid/rule.js'
import {rule as udpPort} from './udp-port/rule.js'
import {rule as undeclaredListener} from './undeclared-listener/rule.js'
import {rule as virtualInterface} from './virtual-interface/rule.js'
import {rule as waypointBypassed} from './waypoint-bypassed/rule.js'
import {rule as waypointIdentityRefused} from './waypoint-identity-refused/rule.js'
import {rule as waypointNotServing} from './waypoint-not-serving/rule.js'

/** Every rule, by slug. Written by scripts/generate.js. */
export const RULES: readonly MeshRule[] = [
  adminExposed,
  ambientAndSidecar,
  ambientDnsOff,
  ambientEvidenceDisagrees,
  ambientInboundBypass,
  ambientMarksMissing,
  ambientNodeAgents,
  ambientNotRedirected,
  annotationUnknown,
  appProtocolConflict,
  appVersionLabels,
  backendMismatch,
  buildPodSidecar,
  certificateExpiry,
  cniAgentPort,
  cniNamespaceExcluded,
  cniRace,
  configRejected,
  configStale,
  connectionPastCapture,
  controlPlaneLost,
  databaseAsHttp,
  dataplaneModeInvalid,
  disabledNamespaceWins,
  discoveryAddress,
  dnsCaptureMismatch,
  excludeInboundIgnored,
  excludeInterfacesVersion,
  excludeIstiodPort,
  execProbeNetwork,
  familyMismatch,
  filterBlocks,
  foreignSystem,
  gatewayCredentialMissing,
  headlessPortName,
  hostNetwork,
  httpNotUnderstood,
  httpPortCarriesTls,
  http10Refused,
  ignoreInvalid,
  imageAuto,
  initContainerNetwork,
  initFailed,
  injectAnnotationOnly,
  injectOnWrongObject,
  injectValueInvalid,
  injectionRefused,
  injectionWebhookBroken,
  interceptionNone,
  ipv6NotCaptured,
  jobNeverEnds,
  kernelModuleMissing,
  kubernetesReports,
  l7PolicyWithoutWaypoint,
  lifecycleHandler,
  loopbackArgument,
  loopbackListener,
  loopbackRange,
  machineDisconnected,
  manualAndAuto,
  mtlsConflict,
  namespaceLabelsConflict,
  namespaceNotInjected,
  nativeSidecar,
  netAdminForbidden,
  netAdminMissing,
  networkPolicyBlocks,
  noService,
  notListening,
  nothingCaptured,
  outboundBypass,
  outboundRegistryOnly,
  ownerGroups,
  peerPortWithoutService,
  podAddressListener,
  podMissingProxy,
  portName,
  portSharedWithTcp,
  probeHost,
  probeNamedPort,
  probeNotRewritten,
  probeRewriteOff,
  prometheusPortReserved,
  proxyConfigInvalid,
  proxyGid,
  proxyMountsMissing,
  proxyNotListening,
  proxyPlainInit,
  proxyPrivileged,
  proxyUid,
  readinessMissing,
  reservedPortDeclared,
  restrictedSeccomp,
  revisionWithoutWebhook,
  rulesDiffer,
  rulesFromOtherRelease,
  samePortOtherTarget,
  selectorDecides,
  servicePortNotCaptured,
  serviceProtocolClash,
  serviceReach,
  severalProxyUids,
  sidecarNotReady,
  sidecarOutdated,
  sidecarRestarts,
  socketOwner,
  startOrder,
  targetPortUnknown,
  terminationTooShort,
  tokenMissing,
  tproxyRequirements,
  tproxyTunnelPort,
  trafficAnnotationInvalid,
  udpPort,
  undeclaredListener,
  virtualInterface,
  waypointBypassed,
  waypointIdentityRefused,
  waypointNotServing,
]
