import {type ServedSchemas, schemaOfVersion} from '../../../formats/istio-config/crd-schemas.js'
import {type SchemaError, schemaOutcome} from '../../../formats/istio-config/schema-errors.js'
import {type KindSchema, schemaOf} from '../../../formats/istio-config/schemas.js'
import {semanticErrors} from '../../../formats/istio-config/semantics/errors.js'
import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import {readSchemaValidation} from '../../condition.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {mergedByField, mergedProblems, withoutRepeats} from '../merged-problems.js'
import {VALIDATED_KINDS} from '../validated-kinds.js'

const compiled = new Map<string, ReturnType<typeof readSchemaValidation>>()

function validationOf(expression: string): ReturnType<typeof readSchemaValidation> {
  if (!compiled.has(expression)) compiled.set(expression, readSchemaValidation(expression))
  return compiled.get(expression)
}

/** What is wrong with the spec of an object by the schema of its kind, and the validations that could not be evaluated. */
interface SchemaProblems {
  readonly errors: readonly SchemaError[]
  /** The validations of the schema the spec does not meet. */
  readonly failed: readonly SchemaError[]
  readonly notEvaluated: readonly SchemaError[]
}

/** The schema an object is checked with: that of the cluster, if it holds the CustomResourceDefinition; undefined for other kinds. */
function schemaFor({raw}: ConfigObject, served: ServedSchemas): KindSchema | undefined {
  const {group, version} = apiVersionParts(raw.apiVersion)
  const own = served.get(`${group}/${raw.kind}`)
  return own === undefined ? schemaOf(group, raw.kind) : schemaOfVersion(own, version)
}

/** An object of a version the cluster does not serve, which it refuses. */
function unservedVersion({raw}: ConfigObject, served: ServedSchemas): readonly SchemaError[] {
  const {group, version} = apiVersionParts(raw.apiVersion)
  const own = served.get(`${group}/${raw.kind}`)
  if (own === undefined || own.versions.includes(version)) return []
  return [
    {path: 'apiVersion', message: `the cluster serves ${raw.kind} as ${own.versions.join(', ')}, not as ${version}`},
  ]
}

function apiVersionParts(apiVersion: string): {readonly group: string; readonly version: string} {
  const [group = '', version = ''] = apiVersion.split('/')
  return {group, version}
}

/** Checks an object of Istio or the Gateway API with the schema of its kind; undefined for other kinds. */
function schemaProblems(object: ConfigObject, served: ServedSchemas): SchemaProblems | undefined {
  const {raw} = object
  const schema = schemaFor(object, served)
  if (schema === undefined) return undefined
  const {errors, validations} = schemaOutcome(schema.spec, raw.spec, 'spec')
  const failed: SchemaError[] = []
  const notEvaluated: SchemaError[] = []
  // The API server as well evaluates validations only of values whose structure is right.
  const wrong = new Set(errors.map(({path}) => path))
  for (const {path, expression, message, value} of validations.filter(each => !wrong.has(each.path))) {
    const met = validationOf(expression)?.(value)
    if (met === false) failed.push({path, message})
    if (met === undefined) notEvaluated.push({path, message})
  }
  return {errors, failed, notEvaluated}
}

export const rule: ConfigRule = {
  code: 'MCT2067',
  slug: 'schema-invalid',
  aliases: ['IST0106'],
  severity: 'error',
  title: 'Object is not valid',
  why: 'The API server or the webhook of istiod rejects it; where it was stored before, istiod ignores it.',
  fix: 'Correct the field named in the message.',
  references: [analysisPage('IST0106')],
  kinds: VALIDATED_KINDS,
  check: set => {
    const served = set.servedSchemas()
    return VALIDATED_KINDS.flatMap(kind => set.of(kind)).flatMap(object => {
      const problems = schemaProblems(object, served)
      const semantic = semanticErrors(object)
      const unmet = withoutRepeats(problems?.failed ?? [], semantic)
      const errors = [
        ...mergedByField([...unservedVersion(object, served), ...withoutRepeats(problems?.errors ?? [], semantic)]),
        ...mergedProblems([...unmet, ...semantic]),
      ]
      const open = (problems?.notEvaluated ?? []).map(({path, message}) => ({
        object,
        path,
        undecided: 'unsupported' as const,
        message: `the CEL library cannot evaluate a validation of ${path}: ${message}`,
      }))
      const refused = errors.map(({problem: {path, message}, paths}) => {
        return {object, path, message: `${paths}: ${message}.`}
      })
      return [...refused, ...open]
    })
  },
}
