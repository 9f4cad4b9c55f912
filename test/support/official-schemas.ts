import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {Ajv, type ValidateFunction} from 'ajv'
import addFormats from 'ajv-formats'
import {XmlDocument, XsdValidator} from 'libxml2-wasm'
import {parse} from 'yaml'

const FOLDER = 'test/fixtures/schemas'
type Json = {readonly [key: string]: unknown}

function unpacked(name: string): Json {
  return JSON.parse(gunzipSync(readFileSync(`${FOLDER}/${name}`)).toString('utf8')) as Json
}

function validator(schema: Json): ValidateFunction {
  const ajv = new Ajv({allErrors: true, strict: false})
  addFormats.default(ajv)
  return ajv.compile(schema)
}

function problems(validate: ValidateFunction, value: unknown): readonly string[] {
  validate(value)
  return (validate.errors ?? []).map(({instancePath, message, params}) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  )
}

/** The schema is of draft 4, which differs from draft 7 in nothing it uses but the names of its own identity. */
const sarif = (() => {
  const {id: _, $schema: _draft, ...rest} = unpacked('sarif-schema-2.1.0.json.gz')
  return validator(rest)
})()

/** What the schema of SARIF 2.1.0 has against a log. */
export function sarifProblems(log: unknown): readonly string[] {
  return problems(sarif, log)
}

/** An API server drops fields a structural schema does not name; here they are mistakes. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const)
  const open = !('properties' in schema) || typeof (schema as Json).properties !== 'object'
  return {...Object.fromEntries(entries), ...(open || !('type' in schema) ? {} : {additionalProperties: false})}
}

const policyReport = validator(closed(parse(readFileSync(`${FOLDER}/policyreport-v1alpha2.yaml`, 'utf8'))) as Json)

/** What the custom resource definition of PolicyReports has against an object. */
export function policyReportProblems(object: unknown): readonly string[] {
  return problems(policyReport, object)
}

const kubernetes = unpacked('kubernetes-1.34.json.gz')
const kinds = new Map<string, ValidateFunction>()

/** What the Kubernetes API has against an object: wrong types, missing and unknown fields; a kind that is not in the file is one, too. */
export function kubernetesProblems(object: unknown): readonly string[] {
  const {apiVersion, kind} = object as Json
  const name = `${String(apiVersion)}/${String(kind)}`
  const known = (kubernetes.$defs as {kinds: Json}).kinds
  if (!(name in known)) return [`no schema of ${name}`]
  const validate = kinds.get(name) ?? validator({...kubernetes, ...(known[name] as Json)})
  kinds.set(name, validate)
  return problems(validate, object)
}

/** What libxml2 has against a document: that it is not XML, or not as one of the two schemas of JUnit reports says. */
export function junitProblems(xml: string, schema: 'ant' | 'jenkins'): readonly string[] {
  const xsd = XmlDocument.fromBuffer(readFileSync(`${FOLDER}/junit-${schema}.xsd`))
  try {
    const rules = XsdValidator.fromDoc(xsd)
    try {
      const document = XmlDocument.fromString(xml)
      try {
        rules.validate(document)
        return []
      } finally {
        document.dispose()
      }
    } catch (error) {
      return (error as Error).message.trim().split('\n')
    } finally {
      rules.dispose()
    }
  } finally {
    xsd.dispose()
  }
}

/** The texts of a document's elements or attributes that an XPath names, as libxml2 reads them. */
export function xmlTexts(xml: string, path: string): readonly string[] {
  const document = XmlDocument.fromString(xml)
  try {
    return document.find(path).map(node => node.content)
  } finally {
    document.dispose()
  }
}
