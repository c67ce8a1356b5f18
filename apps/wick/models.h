/* models.h: the models that train and compare know by name. */
#ifndef WICK_APP_MODELS_H
#define WICK_APP_MODELS_H
#include "sets.h"
#include "wick/nn.h"

/* How rows become images: channels, height, width; last: channels come last in the file. */
typedef struct models_image {
    int64_t channels, height, width;
    bool last;
} models_image;

bool models_know(const char *name); /* "mlp", "lenet", "cnn", "resnet-small" */
/* The rows as images; false after a usage error on stderr that names the model. */
bool models_image_of(const char *name, const sets *data, models_image *image);
/* From f32 rows (of "mlp", any shape; else [n, channels, height, width]) to sizes[n - 1] outputs; sizes are the mlp's. */
wk_module *models_make(const char *name, const models_image *image, int n, const int64_t *sizes);
wk_tensor *models_as_images(const models_image *image, wk_tensor *x);
#endif
