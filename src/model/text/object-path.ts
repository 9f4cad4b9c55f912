/** The steps of a path such as `spec.containers[0].name` or `metadata.labels["app.kubernetes.io/name"]`. */
export function pathSteps(path: string): readonly string[] {
  const steps = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^[\]]*)\]|([^.[\]]+)/g)
  return [...steps].map(([, quoted, bracketed, plain]) => quoted ?? bracketed ?? plain ?? '')
}

/** A step of a path as written in a JSON pointer (RFC 6901): `~` and `/` inside it are escaped. */
export function pointerStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** A path as a JSON pointer (RFC 6901). */
export function pointer(path: string): string {
  return `/${pathSteps(path).map(pointerStep).join('/')}`
}

/** The pointer to an entry of a map whose key may hold dots and slashes, such as a label. */
export function entryPointer(path: string, key: string): string {
  return `${pointer(path)}/${pointerStep(key)}`
}

/** The steps of a JSON pointer. */
export function pointerSteps(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}
