// The service's map of differences, as colours to lay over a picture.

const HARDLY = 0.15; // below, a difference is the grain of a compressed picture
const SURELY = 0.6; // above, nobody overlooks it
const WARM = [255, 176, 32];
const HOT = [214, 30, 40];
const MOST_HEAT = 190;

/** {canvas, share}: share of what both show that differs, null where nothing can be told. */
export async function heatOf(base64) {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const share = colour(pixels.data);
  context.putImageData(pixels, 0, 0);
  return { canvas, share };
}

function colour(data) {
  let told = 0;
  let differing = 0;
  for (let at = 0; at < data.length; at += 4) {
    const different = data[at] / 255;
    if (data[at + 3] > 0) {
      told += 1;
      if (different > (HARDLY + SURELY) / 2) differing += 1;
    }
    const ramp = Math.min(1, Math.max(0, (different - HARDLY) / (SURELY - HARDLY)));
    const strong = data[at + 3] > 0 ? ramp * ramp * (3 - 2 * ramp) : 0;
    for (let channel = 0; channel < 3; channel++) {
      data[at + channel] = WARM[channel] + strong * (HOT[channel] - WARM[channel]);
    }
    data[at + 3] = strong * MOST_HEAT;
  }
  return told ? differing / told : null;
}
