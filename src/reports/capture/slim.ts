import {isObject, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'

/** Groups whose schemas say what a mesh resource may hold. */
const MESH_GROUP = /(^|\.)istio\.io$|^gateway\.networking\.k8s\.io$/

/** The object without bulk no question is about: schemas of kinds that have nothing to do with the mesh, megabytes in most clusters. */
export function slimmed(object: KubeObject): KubeObject {
  const {spec} = object
  if (object.kind !== 'CustomResourceDefinition' || !isObject(spec) || MESH_GROUP.test(textOf(spec, 'group') ?? ''))
    return object
  const versions = Array.isArray(spec.versions) ? spec.versions.map(withoutSchema) : spec.versions
  return {...object, spec: {...spec, versions}}
}

function withoutSchema(version: unknown): unknown {
  if (!isObject(version)) return version
  const {schema, ...rest} = version
  return rest
}
