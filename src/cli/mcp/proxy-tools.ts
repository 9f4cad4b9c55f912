import {UserError} from '../../model/evidence/user-error.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {splitTarget} from '../../sources/subject.js'
import {POD, podOf, shown, type Tool, type ToolAnswer, type ToolContext, type ToolInput} from './tool.js'

type View = (context: ToolContext, pod: PodRef, filter: Filter) => Promise<ToolAnswer>

interface Filter {
  readonly name: string | undefined
  readonly port: number | undefined
}

/** The views of an Envoy's configuration, and what `name` means in each. */
const VIEWS: Readonly<Record<string, {readonly names: string; readonly ask: View}>> = {
  cluster: {
    names: 'host of the Service',
    ask: async ({source}, pod, {name, port}) => {
      const {clusterReport} = await import('../../reports/clusters/report.js')
      const {clustersView} = await import('../../reports/clusters/view.js')
      return shown(await clusterReport(source, pod, {fqdn: name, port}), clustersView)
    },
  },
  listener: {
    names: 'address',
    ask: async ({source}, pod, {name, port}) => {
      const {listenerReport} = await import('../../reports/listeners/report.js')
      const {listenersView} = await import('../../reports/listeners/view.js')
      return shown(await listenerReport(source, pod, {address: name, port}, 'chains'), listenersView)
    },
  },
  route: {
    names: 'name of the route configuration',
    ask: async ({source}, pod, {name}) => {
      const {routeReport} = await import('../../reports/routes/report.js')
      const {routesView} = await import('../../reports/routes/view.js')
      return shown(await routeReport(source, pod, name, {verbose: false, all: false}), routesView)
    },
  },
  endpoint: {
    names: 'name of the cluster',
    ask: async ({source}, pod, {name, port}) => {
      const {endpointReport} = await import('../../reports/endpoints/report.js')
      const {endpointsView} = await import('../../reports/endpoints/view.js')
      return shown(await endpointReport(source, pod, {cluster: name, port}, false), endpointsView)
    },
  },
  secret: {
    names: 'not used',
    ask: async ({source}, pod) => {
      const {secretReport} = await import('../../reports/secrets/report.js')
      const {secretsView} = await import('../../reports/secrets/view.js')
      return shown(await secretReport(source, pod, {at: undefined, now: new Date()}), secretsView)
    },
  },
}

async function proxyConfig(context: ToolContext, input: ToolInput): Promise<ToolAnswer> {
  const {view = '', name, port} = input
  const known = Object.hasOwn(VIEWS, view) ? VIEWS[view] : undefined
  if (known === undefined)
    throw new UserError(`proxy_config has no view ${JSON.stringify(view)}`, {
      hint: `It has ${Object.keys(VIEWS).join(', ')}.`,
    })
  const number = port === undefined ? undefined : Number(port)
  if (number !== undefined && !(Number.isInteger(number) && number > 0 && number < 65_536))
    throw new UserError(`port of proxy_config must be a number from 1 to 65535, not ${JSON.stringify(port)}`)
  return await known.ask(context, await podOf(context, input), {name, port: number})
}

/** The tools about one pod or Service in full: how Istio handles it, and the configuration of its Envoy. */
export const PROXY_TOOLS: readonly Tool[] = [
  {
    name: 'describe_pod',
    command: 'describe pod',
    description: 'Shows how Istio handles a pod: its Services, routes, policies, sync status and problems.',
    fields: {pod: POD, namespace: 'namespace of the pod'},
    required: ['pod'],
    run: async (context, input) => {
      const {describeReport} = await import('../../reports/describe/report.js')
      const {describeView} = await import('../../reports/describe/view.js')
      const {source, istioNamespace} = context
      const options = {istioNamespace, now: new Date()}
      return shown(await describeReport(source, await podOf(context, input), options), describeView)
    },
  },
  {
    name: 'describe_service',
    command: 'describe service',
    description: 'Shows how Istio handles a Service: how requests to it are routed and protected, and problems.',
    fields: {service: 'Service, or service.namespace', namespace: 'namespace of the Service'},
    required: ['service'],
    run: async ({source, istioNamespace}, {service = '', namespace}) => {
      const {serviceReport} = await import('../../reports/describe/service-report.js')
      const {serviceView} = await import('../../reports/describe/service-view.js')
      const named = splitTarget(service)
      const home = named.namespace ?? namespace ?? source.defaultNamespace
      return shown(await serviceReport(source, named.name, home, {istioNamespace, now: new Date()}), serviceView)
    },
  },
  {
    name: 'proxy_config',
    command: 'proxy-config',
    description: "Shows a part of the configuration of a pod's Envoy, as istioctl proxy-config prints it with -o json.",
    fields: {
      pod: POD,
      view: Object.keys(VIEWS).join(', '),
      name: `only this one: ${Object.entries(VIEWS)
        .filter(([, {names}]) => names !== 'not used')
        .map(([view, {names}]) => `${names} (${view})`)
        .join(', ')}`,
      port: 'only this port (cluster, listener, endpoint)',
      namespace: 'namespace of the pod',
    },
    required: ['pod', 'view'],
    run: proxyConfig,
  },
]
