export const log = (event) => console.log(event.type)
