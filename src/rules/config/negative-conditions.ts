import {at, listOf} from '../../formats/decode.js'
import {readConditions} from '../../formats/istio-config/policy.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {StatusCondition} from '../../model/istio-config/policy.js'
import type {ConfigSet} from './config-set.js'

type Test = (condition: StatusCondition) => boolean

function isFalse(...types: readonly string[]): Test {
  return ({type, status}) => status === 'False' && types.includes(type)
}

const WAYPOINT = isFalse('istio.io/WaypointBound')
const GATEWAY_API = isFalse('Accepted', 'Programmed', 'ResolvedRefs')
const POLICY: Test = condition =>
  isFalse('ZtunnelAccepted', 'WaypointAccepted')(condition) ||
  (condition.type === 'WaypointAccepted' && condition.reason === 'PartiallyInvalid')

/** Where the conditions of each kind are, and which of them say that something is wrong. */
const ROWS: Readonly<Record<string, {readonly test: Test; readonly parents?: true}>> = {
  Service: {test: WAYPOINT},
  ServiceEntry: {test: WAYPOINT},
  WorkloadEntry: {test: WAYPOINT},
  AuthorizationPolicy: {test: POLICY},
  KubernetesGateway: {test: GATEWAY_API},
  HTTPRoute: {test: GATEWAY_API, parents: true},
  GRPCRoute: {test: GATEWAY_API, parents: true},
  TCPRoute: {test: GATEWAY_API, parents: true},
  TLSRoute: {test: GATEWAY_API, parents: true},
}

function conditionsOf({raw}: ConfigObject, parents: boolean): readonly StatusCondition[] {
  if (!parents) return readConditions(at(raw, 'status'), 'status')
  return listOf(raw, 'status', 'parents').flatMap((parent, index) => readConditions(parent, `status.parents[${index}]`))
}

/** The conditions in the status of objects that say that an object has no full effect. */
export function negativeConditions(
  set: ConfigSet,
): readonly {readonly object: ConfigObject; readonly condition: StatusCondition}[] {
  return Object.entries(ROWS).flatMap(([kind, {test, parents}]) =>
    set.of(kind).flatMap(object =>
      conditionsOf(object, parents === true)
        .filter(test)
        .map(condition => ({object, condition})),
    ),
  )
}
