import type {Leg} from '../../analysis/request-path/legs.js'
import type {RequestPath} from '../../analysis/request-path/path.js'
import {clientLeg, serverLeg} from '../../analysis/request-path/path-summary.js'
import type {MeshPod, MeshWorld} from '../../analysis/request-path/world.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import type {ObjectCache} from '../../evidence/mesh-objects/object-cache.js'
import {readPodObject} from '../../evidence/pod/objects.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, gapSentence} from '../../model/evidence/answer.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {type ObjectRef, objectLabel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import type {Source} from '../../sources/source.js'
import {ambientCause} from './ambient-cause.js'
import type {PathCause} from './cause.js'
import {noRouteCause} from './no-route-cause.js'
import {uncapturedPort} from './uncaptured-port.js'

/** The inputs for finding a cause. */
export interface CauseInputs {
  readonly source: Source
  readonly objects: ObjectCache
  readonly world: MeshWorld
  readonly istioNamespace: string
}

const KEY = /^(?:istio-ext-authz-.*?)?ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[(\d+)\]/

async function allowPolicies(inputs: CauseInputs, pod: MeshPod): Promise<Answer<readonly ObjectRef[]>> {
  const all = await inputs.objects.list('authorizationPolicies', pod.ref.namespace)
  if (!all.ok) return all
  return answered(
    all.value
      .filter(
        ({action, object}) =>
          action === 'ALLOW' && [pod.ref.namespace, inputs.istioNamespace].includes(object.namespace),
      )
      // A waypoint enforces what is attached to it or its Services; ztunnel and sidecars what is not.
      .filter(({targets}) => pod.mode === 'gateway' || targets.length > 0 === (pod.mode === 'waypoint'))
      .filter(({selector}) => selector === undefined || matchesLabels(requirementsOf(selector), pod.labels))
      .map(each => each.object),
  )
}

const CONVERTED = 'converted_peer_authentication_'

/** A policy as ztunnel and waypoints name it, `namespace/name`; istiod makes one of a STRICT PeerAuthentication. */
function namedDenial(policy: string): PathCause | undefined {
  const [, namespace, name] = /^([^/[\]]+)\/([^/[\]]+)$/.exec(policy) ?? []
  if (namespace === undefined || name === undefined) return undefined
  if (name.startsWith(CONVERTED)) {
    const object = {kind: 'PeerAuthentication', namespace, name: name.slice(CONVERTED.length)}
    return {
      object,
      field: 'spec.mtls.mode',
      fix: `Send the request from a pod of the mesh, or set ${objectLabel(object)} to PERMISSIVE.`,
    }
  }
  const object = {kind: 'AuthorizationPolicy', namespace, name}
  return {object, field: 'spec.rules', fix: `Exclude the request from ${objectLabel(object)}, or change the request.`}
}

async function denial(inputs: CauseInputs, policy: string, pod: MeshPod): Promise<PathCause> {
  const [, namespace, name, rule] = KEY.exec(policy) ?? []
  if (namespace !== undefined && name !== undefined) {
    const object = {kind: 'AuthorizationPolicy', namespace, name}
    return {
      object,
      field: `spec.rules[${rule}]`,
      fix: `Exclude the request from rule ${rule} of ${objectLabel(object)}, or change the request.`,
    }
  }
  const byName = namedDenial(policy)
  if (byName !== undefined) return byName
  const read = await allowPolicies(inputs, pod)
  if (!read.ok)
    return {
      fix: `Which AuthorizationPolicy of ${podLabel(pod.ref)} allows too little is unknown: ${gapSentence(read.gap)}`,
    }
  const allow = read.value
  const [object] = allow
  if (object === undefined)
    return {fix: `Add an AuthorizationPolicy with action ALLOW that matches the request to ${podLabel(pod.ref)}.`}
  return {
    object,
    field: 'spec.rules',
    fix: `Add a rule for this client, method and path to ${allow.map(objectLabel).join(' or ')}.`,
  }
}

function routeObject(leg: Extract<Leg, {kind: 'proxy'}> | undefined, world: MeshWorld): ObjectRef | undefined {
  const route = leg?.decision?.steps.find(each => each.stage === 'route')
  return leg === undefined || route?.at === undefined ? undefined : world.site(leg.pod).madeBy(route.at)
}

function clusterObject(leg: Extract<Leg, {kind: 'proxy'}> | undefined, world: MeshWorld): ObjectRef | undefined {
  if (leg?.decision?.decided !== true) return undefined
  const {cluster} = leg.decision.outcome
  const site = world.site(leg.pod)
  const found = typeof cluster === 'string' ? site.proxy?.cluster(cluster) : undefined
  return found === undefined ? undefined : site.madeBy(found.at)
}

async function serverMode(inputs: CauseInputs, pod: MeshPod, port: number) {
  const [policies, model] = await Promise.all([
    inputs.objects.list('peerAuthentications', pod.ref.namespace),
    readPodObject(inputs.source, pod.ref),
  ])
  if (!policies.ok || !model.ok) return undefined
  return mtlsMode(model.value, port, policies.value, inputs.istioNamespace)
}

/** A plaintext client reaches a server that requires mTLS. */
async function plainTextRefused(
  inputs: CauseInputs,
  {legs}: RequestPath,
  server: Extract<Leg, {kind: 'proxy'}>,
): Promise<PathCause> {
  const client = clientLeg(legs)
  const object = clusterObject(client, inputs.world)
  if (object?.kind === 'DestinationRule')
    return {
      object,
      field: 'spec.trafficPolicy.tls.mode',
      fix: `Set tls.mode of ${objectLabel(object)} to ISTIO_MUTUAL, or remove it (mTLS is then automatic).`,
    }
  const cluster = client?.decision?.decided === true ? client.decision.outcome.cluster : undefined
  const service = legs.find(each => each.kind === 'service')
  if (cluster === 'PassthroughCluster' && client !== undefined && service !== undefined) {
    const name = podLabel(client.pod.ref)
    return {
      object: service.service.object,
      field: 'spec.ports',
      fix: `The proxy of ${name} does not know port ${service.port} of ${objectLabel(service.service.object)}: check that its configuration is current (meshctl proxy-status ${name}) and that its Sidecar imports the Service.`,
    }
  }
  if (cluster === 'PassthroughCluster')
    return {
      fix: 'Call the Service by its name or cluster IP: the proxy forwards unknown addresses in plaintext.',
    }
  const mode = await serverMode(inputs, server.pod, server.request.destination.port)
  const by = mode?.by
  const permissive =
    by === undefined
      ? 'allow plaintext with a PeerAuthentication of mode PERMISSIVE'
      : `set ${objectLabel(by)} to PERMISSIVE`
  const outward = legs.find(
    (leg): leg is Extract<Leg, {kind: 'kernel'}> => leg.kind === 'kernel' && leg.direction === 'out',
  )
  const sidecar = outward?.pod.mode === 'sidecar'
  const first =
    outward === undefined
      ? 'Send the request from inside the mesh'
      : sidecar
        ? `Let the sidecar of ${podLabel(outward.pod.ref)} capture the connection (meshctl iptables ${podLabel(outward.pod.ref)})`
        : `Inject a sidecar into ${podLabel(outward.pod.ref)}`
  return {...(by === undefined ? {} : {object: by, field: 'spec.mtls.mode'}), fix: `${first}, or ${permissive}.`}
}

async function mismatch(inputs: CauseInputs, path: RequestPath): Promise<PathCause> {
  const server = serverLeg(path.legs)
  if (server !== undefined && server.speech.tls === undefined) return await plainTextRefused(inputs, path, server)
  const entered = path.legs.findLast(
    (leg): leg is Extract<Leg, {kind: 'kernel'}> => leg.kind === 'kernel' && leg.direction === 'in',
  )
  if (server === undefined && entered?.pod.mode === 'sidecar')
    return await uncapturedPort(inputs.source, entered.pod, entered.to.port)
  const object = clusterObject(clientLeg(path.legs), inputs.world)
  return {
    ...definedFields({object}),
    fix: 'Compare the certificates of both sides: meshctl pc secret for each pod.',
  }
}

async function scopeOf(inputs: CauseInputs, pod: MeshPod): Promise<ObjectRef | undefined> {
  const all = await inputs.objects.list('sidecars', pod.ref.namespace)
  return all.ok
    ? all.value.find(
        ({object, selector}) =>
          object.namespace === pod.ref.namespace &&
          (selector === undefined || matchesLabels(requirementsOf(selector), pod.labels)),
      )?.object
    : undefined
}

/** The proxy knows only hosts of the registry: a Service that the Sidecar does not import, or a host without a ServiceEntry. */
async function registryOnly(inputs: CauseInputs, {pod, request}: Extract<Leg, {kind: 'proxy'}>): Promise<PathCause> {
  const object = await scopeOf(inputs, pod)
  const {ip, port} = request.destination
  const service = inputs.world.serviceAt(ip)?.object
  const host = service === undefined ? '' : `${service.name}.${service.namespace}.svc.cluster.local`
  const imported = inputs.world.site(pod).proxy?.cluster(`outbound|${port}||${host}`) !== undefined
  if (object !== undefined && service !== undefined && !imported)
    return {
      object,
      field: 'spec.egress[].hosts',
      fix: `Import ${objectLabel(service)} into ${objectLabel(object)}: add ${service.namespace}/${host} to spec.egress[].hosts.`,
    }
  const fix =
    'Add a ServiceEntry for the host (REGISTRY_ONLY is in force), or set outboundTrafficPolicy.mode to ALLOW_ANY.'
  return object === undefined
    ? {field: 'meshConfig.outboundTrafficPolicy.mode', fix}
    : {object, field: 'spec.outboundTrafficPolicy.mode', fix}
}

async function ownAnswer(inputs: CauseInputs, path: RequestPath): Promise<PathCause> {
  const client = clientLeg(path.legs)
  const outcome = client?.decision?.decided === true ? client.decision.outcome : undefined
  if (client !== undefined && outcome?.virtualHost === 'block_all') return await registryOnly(inputs, client)
  const object = routeObject(client, inputs.world)
  const field = client?.decision?.facts.answeredBy === 'fault' ? 'spec.http[].fault.abort' : undefined
  const fix =
    object === undefined
      ? 'The proxy is configured to reply itself: see -o wide.'
      : `Change the route in ${objectLabel(object)}.`
  return {...definedFields({object, field}), fix}
}

async function noEndpoint(inputs: CauseInputs, path: RequestPath): Promise<PathCause> {
  const client = clientLeg(path.legs)
  const outcome = client?.decision?.decided === true ? client.decision.outcome : undefined
  if (client !== undefined && outcome?.cluster === 'BlackHoleCluster') return await registryOnly(inputs, client)
  const [, , subset = '', host = ''] = (typeof outcome?.cluster === 'string' ? outcome.cluster : '').split('|')
  const [name = '', namespace = ''] = host.split('.')
  const service = path.legs.find(each => each.kind === 'service')?.service.object
  const object = service ?? (/\.svc\./.test(host) ? {kind: 'Service', namespace, name} : undefined)
  const labels = subset === '' ? '' : ` with the labels of subset ${subset}`
  if (object === undefined && host === '')
    return {fix: 'Make an endpoint of the Service ready: kubectl get endpointslices -A.'}
  if (object === undefined) return {fix: `Check the DNS record of ${host}: the proxy could not resolve it.`}
  return {
    object,
    field: 'spec.selector',
    fix: `Make a pod of ${objectLabel(object)}${labels} ready: kubectl get pods -n ${object.namespace}, meshctl check -n ${object.namespace}.`,
  }
}

function refused(path: RequestPath): PathCause {
  const {pod, reason} = path.ending
  const service = path.legs.findLast(each => each.kind === 'service')?.service
  if (reason === 'no-service-port' && service !== undefined)
    return {
      object: service.object,
      field: 'spec.ports',
      fix: `Use a port of ${objectLabel(service.object)} (${service.ports.map(each => each.port).join(', ')}), or add the port to it.`,
    }
  if (pod === undefined) return {fix: 'Check the address, and whether the node can reach it.'}
  const {namespace, name} = pod.ref
  const object = {kind: 'Pod', namespace, name}
  if (reason === 'proxy-port') return {object, fix: 'Use another port: this one is reserved for the proxy.'}
  if (pod.mode === 'gateway' && reason === 'not-listening')
    return {fix: 'Add a server for this port to a Gateway that selects the pod: Envoy opens a port only for a Gateway.'}
  return {
    object,
    fix: `Let the application listen on the port on 0.0.0.0, or correct the targetPort (meshctl ports ${podLabel(pod.ref)}).`,
  }
}

function networkPolicyFix(
  {legs}: RequestPath,
  {object, field}: {readonly object: ObjectRef; readonly field: string},
): string {
  const stopped = legs.findLast(each => each.kind === 'network')?.address
  const port = stopped === undefined ? 'the port' : `TCP port ${stopped.port}`
  return `Allow ${port} for the other end under ${field} of ${objectLabel(object)}, or in another NetworkPolicy that selects the same pod.`
}

/** The cause of a failed request; undefined for one that is delivered or undetermined. */
export async function pathCauseOf(inputs: CauseInputs, path: RequestPath): Promise<PathCause | undefined> {
  const {disposition, policy, pod, made} = path.ending
  if (made !== undefined) return {...made, fix: networkPolicyFix(path, made)}
  switch (disposition) {
    case 'denied':
      return policy === undefined || pod === undefined ? undefined : await denial(inputs, policy, pod)
    case 'tls-mismatch':
      return await mismatch(inputs, path)
    case 'answered':
      return await ownAnswer(inputs, path)
    case 'no-endpoint':
      return ambientCause(path, inputs.world) ?? (await noEndpoint(inputs, path))
    case 'refused':
      return ambientCause(path, inputs.world) ?? refused(path)
    case 'no-route':
      return noRouteCause(path, routeObject(clientLeg(path.legs), inputs.world))
    default:
      return undefined
  }
}
