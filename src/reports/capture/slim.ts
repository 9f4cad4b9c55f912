import {isObject, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'

/** API groups whose CRD schemas are kept. */
const MESH_GROUP = /(^|\.)istio\.io$|^gateway\.networking\.k8s\.io$/

/** Removes the schemas of CRDs that are not part of the mesh, which are megabytes in most clusters. */
export function stripCrdSchemas(object: KubeObject): KubeObject {
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
