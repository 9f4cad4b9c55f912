/** The element of an id if it is of the class; ids come from links of the page itself. */
export function byId<E extends Element>(id: string, kind: new () => E): E | undefined {
  const found = document.getElementById(id)
  return found instanceof kind ? found : undefined
}

/** All elements below another that a selector finds and that are of the class. */
export function all<E extends Element>(root: ParentNode, selector: string, kind: new () => E): readonly E[] {
  return [...root.querySelectorAll(selector)].filter((each): each is E => each instanceof kind)
}
