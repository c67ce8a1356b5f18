/* wick eval: what a run's model is worth on test rows. */
#include "commands.h"
#include "judge.h"

enum { WORST_OF_PAGE = 24 };

typedef struct settings {
    trial_request trial;
    const char *html;
    int64_t worst;
    bool json, force;
} settings;

#define AT(field) offsetof(settings, field)

typedef struct page {
    const judge *judge;
    const char *command;
} page;

static int put_page(FILE *out, const void *user)
{
    const page *p = user;
    return judge_put_page(p->judge, out, p->command) ? EXIT_DONE : say_error();
}

static int report(const settings *s, const judge *j, const char *command)
{
    if (s->html) {
        const int code = trial_write(s->html, s->force, put_page, &(page){ j, command });
        if (code != EXIT_DONE) return code;
    }
    if (s->json)
        judge_put_json(j, stdout, (int)s->worst);
    else
        judge_put_text(j, stdout, (int)s->worst);
    if (s->html && !s->json) printf("\npage   %s\n", s->html);
    return wk_failed() ? say_error() : say_output();
}

static int eval(int argc, char **argv)
{
    settings s = { .html = NULL };
    char command[2048] = "wick eval ";
    const char *operands[ARGS_OPERANDS];
    if (!args_read(&command_eval, argc, argv, &s, operands)) return EXIT_USAGE;
    args_join(command + 10, sizeof command - 10, argc, argv);
    s.trial.run = operands[0];
    s.trial.data.path = operands[1];
    WK_SCOPE(evaluation);
    trial t = { .net = NULL };
    judge j;
    int code = trial_open(&t, &s.trial);
    if (code == EXIT_DONE && s.html) code = trial_check_out(&t, &s.trial, s.html);
    if (code == EXIT_DONE) {
        const bool done = judge_rows(&j, &t, s.worst ? (int)s.worst : s.html ? WORST_OF_PAGE : 0);
        code = done ? report(&s, &j, command) : say_error();
        judge_free(&j);
    }
    trial_close(&t);
    return code;
}

static const args_option eval_options[] = {
    { "html", 0, ARGS_TEXT, AT(html), "FILE", "write a page with pictures of the worst rows", 0, 0 },
    { "worst", 0, ARGS_WHOLE, AT(worst), "N", "show the N rows with the largest loss (page: 24)", 1, JUDGE_MOST_WORST },
    { "last", 0, ARGS_FLAG, AT(trial.last), NULL, "the last checkpoint, not the best", 0, 0 },
    { "test", 0, ARGS_TEXT, AT(trial.data.test), "GROUP", "where the test rows of FILE are (test)", 0, 0 },
    { "isolate", 0, ARGS_FLAG, AT(trial.data.isolate), NULL, "ask libhdf5 in a process of its own", 0, 0 },
    { "device", 0, ARGS_TEXT, AT(trial.device), "NAME", "cpu, cuda, cuda:N or auto (cpu)", 0, 0 },
    { "threads", 0, ARGS_WHOLE, AT(trial.threads), "N", "compute threads (1, or WICK_THREADS)", 1, 64 },
    { "json", 0, ARGS_FLAG, AT(json), NULL, "print JSON", 0, 0 },
    { "force", 0, ARGS_FLAG, AT(force), NULL, "replace a page that exists", 0, 0 },
};

const args_command command_eval = {
    .name = "eval",
    .about = "measures a run's model on test rows",
    .operands = "RUN [FILE] [options]",
    .fewest = 1,
    .most = 2,
    .text = "  wick eval runs/train-20251125-083000 --worst 10\n"
            "  wick eval runs/train-20251125-083000 other.h5 --html eval.html\n\n"
            "Accuracy, loss, area under the ROC curve, precision, recall and F1 of each\n"
            "class, and which classes are taken for which; of numbers, RMSE, mean error and\n"
            "R2 in the data's units. The page has them too, with a confusion matrix in\n"
            "colour, or predictions beside targets, and the rows with the largest loss.\n"
            "Rows are the test rows of the run's own file or of FILE, which may be of any\n"
            "kind that wick train takes; all rows, if it calls none so.\n",
    .options = eval_options,
    .noptions = ARGS_COUNT(eval_options),
    .run = eval,
};
